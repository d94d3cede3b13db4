"""Letters that little but their edges part from the ground; never trained on (famous.py)."""

import math
import random

import cv2
import numpy as np

from fonts import Fonts
from likeness.kit import Picture, tone
from likeness.ornate import clouds, done, fade, ink, set_text


def shards(dice: random.Random, fonts: Fonts) -> Picture:
    """A ground of many-cornered splinters of all colours; each letter with a colour of its own and a rim that stands out."""
    text, sheets = set_text(dice, fonts, (46, 100), turn=14, rim=3)
    (height, width), rng = sheets.shape[1:], np.random.default_rng(dice.getrandbits(32))
    seeds, count = np.ones((height, width), np.uint8), round(width / dice.uniform(3, 10))
    seeds[rng.integers(0, height, count), rng.integers(0, width, count)] = 0
    _, nearest = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    (least, dark), wide = dice.choice(((60, False), (130, True), (0, False), (150, True))), np.ones((dice.choice((3, 4)),) * 2)
    page = rng.integers(least, least + 105, (count + 1, 3)).astype(np.float32)[nearest]
    for sheet in sheets:
        page = ink(page, cv2.dilate(sheet, wide), (255, 255, 255) if dark else (0, 0, 0))
        page = ink(page, sheet, tone(dice, 0, 90) if dark else tone(dice, 190, 255))
    return done(page), text


def relief(dice: random.Random, fonts: Fonts) -> Picture:
    """Letters pressed into, or out of, a rough material, seen by little but the light and shadow on their edges."""
    text, sheets = set_text(dice, fonts, (46, 100), thick=0.11)
    shape, angle = sheets.shape[1:], math.radians(dice.choice((45, 135, 225, 315)) + dice.uniform(-15, 15))
    raised = cv2.GaussianBlur(sheets.max(0), (0, 0), dice.uniform(0.7, 1.3)) * np.float32(dice.uniform(0.8, 1.1))
    rough = clouds(dice, shape, dice.uniform(1.5, 5)) * np.float32(dice.uniform(0.01, 0.05)) + clouds(dice, shape, 20) * np.float32(0.1)
    light = cv2.Sobel(raised + rough, cv2.CV_32F, 1, 0) * math.cos(angle) + cv2.Sobel(raised + rough, cv2.CV_32F, 0, 1) * math.sin(angle)
    hollows = (raised - cv2.GaussianBlur(raised, (0, 0), 5)) * dice.choice((-1, 1)) * dice.uniform(25, 45)
    return done(fade(dice, shape, 80, 190) + (light * dice.uniform(38, 60) + hollows)[..., None]), text
