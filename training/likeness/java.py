"""Generators for Java and .NET."""

import random

import cv2
import numpy as np

from fonts import Fonts
from likeness.kit import CLEAR, MONO, Picture, SANS, SERIF, bezier, bold, dots, faces, fitted, line_of, plain, spot_on, string
from likeness.kit import tone, trace, wave, width_of
from wording import DIGITS, LOWER, UPPER, sum_text


def rippled(dice: random.Random, fonts: Fonts) -> Picture:
    """Kaptcha of Java: plain bold letters on a pale gradient, rippled or under a fish-eye, a curve or two, a frame."""
    text, height, width = string(dice, dice.choice((LOWER + DIGITS, CLEAR.lower(), DIGITS)), 4, 6), 50, 200
    text = sum_text(dice) if dice.random() < 0.2 else text
    path = faces(fonts, dice, text, bold(SANS, SERIF, MONO))
    ink = dice.choice(((0, 0, 0), (0, 0, 0), (0, 0, 255), tone(dice, 0, 120)))
    page = plain(height, width)
    size, gap = dice.choice((30, 36, 40)), dice.choice((0.04, 0.1, 0.2))
    size = fitted(text, path, size, gap, 180)
    line_of(page, text, path, size, [ink], (width - width_of(text, path, size, gap)) / 2, height / 2, gap)
    kind = dice.random()
    if kind < 0.6:
        page = wave(page, dice.uniform(1, 3.5), dice.uniform(25, 60), dice.uniform(0, 6))
        page = wave(page, dice.uniform(1, 2.5), dice.uniform(15, 40), dice.uniform(0, 6), True)
    elif kind < 0.8:
        page = bulged(page, (dice.uniform(0.3, 0.7) * width, height / 2), width * dice.uniform(0.2, 0.4), dice.uniform(0.2, 0.5))
    shade = np.linspace(dice.choice((192, 220, 255)), 255, height + width)
    under = shade[np.add.outer(np.arange(height), np.arange(width))][:, :, None].repeat(3, 2)
    page = np.minimum(page, under).astype(np.uint8)
    for _ in range(dice.choice((0, 1, 2, 2))):
        trace(page, bezier(dice, width, height), ink, dice.choice((1, 1, 2, 3)))
    if dice.random() < 0.7:
        cv2.rectangle(page, (0, 0), (width - 1, height - 1), dice.choice(((0, 0, 0), (105, 179, 90))), 1)
    return page, text


def bulged(page: np.ndarray, centre: tuple[float, float], radius: float, depth: float) -> np.ndarray:
    """A fish-eye: what lies within the radius looks nearer."""
    ys, xs = np.mgrid[: page.shape[0], : page.shape[1]].astype(np.float32)
    dx, dy = xs - centre[0], ys - centre[1]
    pull = 1 - depth * np.clip(1 - np.hypot(dx, dy) / radius, 0, 1)
    x, y = (centre[0] + dx * pull).astype(np.float32), (centre[1] + dy * pull).astype(np.float32)
    return cv2.remap(page, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def crossed(dice: random.Random, fonts: Fonts) -> Picture:
    """Hutool of Java: letters of many colours under a crowd of lines, or circles, or sheared with one thick line."""
    text = string(dice, dice.choice((LOWER + DIGITS, LOWER + UPPER + DIGITS, DIGITS)), 4, 5)
    height, width = dice.choice(((100, 200), (50, 150), (60, 160)))
    path, kind = faces(fonts, dice, text, SANS), dice.choice(("lines", "circles", "shear"))
    page = plain(height, width)
    if kind == "lines":
        for _ in range(dice.choice((20, 60, 150))):
            x, y = dice.randrange(width), dice.randrange(height)
            cv2.line(page, (x, y), (x + dice.randint(0, width // 8), y + dice.randint(0, height // 8)), tone(dice, 0, 255), 1)
    elif kind == "circles":
        for _ in range(dice.choice((10, 15, 30))):
            axes = (dice.randint(1, height // 4), dice.randint(1, height // 4))
            cv2.ellipse(page, spot_on(dice, page), axes, 0, 0, 360, tone(dice, 0, 255), 1)
    size = height * dice.uniform(0.6, 0.75)
    size = fitted(text, path, size, 0.12, width * 0.95)
    line_of(page, text, path, size, [tone(dice, 0, 255 if dice.random() < 0.3 else 170) for _ in text], width * 0.04, height / 2,
            pitch=width * 0.94 / len(text), opacity=dice.uniform(0.8, 1))  # fmt: skip
    if kind == "shear":
        back = dice.uniform(0, 6)
        page = wave(page, dice.uniform(0.3, 0.9) * 0.1 * height, dice.uniform(30, 90), back, True)
        page = wave(page, dice.uniform(0.3, 0.9) * 0.1 * height, dice.uniform(40, 120), back)
        cv2.line(page, (0, dice.randrange(height)), (width, dice.randrange(height)), tone(dice, 0, 255), dice.choice((2, 4)), cv2.LINE_AA)
    return page, text


# EasyCaptcha's colours.
BRIGHT = ((0, 135, 255), (51, 153, 51), (255, 102, 102), (255, 153, 0), (153, 102, 0), (153, 102, 153), (51, 153, 153))
BRIGHT += ((102, 102, 255), (0, 102, 204), (204, 51, 51), (0, 153, 204), (0, 51, 102))


def ovals(dice: random.Random, fonts: Fonts) -> Picture:
    """EasyCaptcha of Java: bright letters at different heights, two rings and a curve in bright colours."""
    text, height, width = string(dice, dice.choice((LOWER + UPPER + DIGITS, CLEAR, DIGITS)), 4, 5), 48, 130
    text = sum_text(dice) if dice.random() < 0.15 else text
    page, path = plain(height, width), fonts.pick(dice, text) or fonts.usual
    for _ in range(2):
        axes = (dice.randint(5, 8),) * 2
        cv2.ellipse(page, spot_on(dice, page), axes, 0, 0, 360, dice.choice(BRIGHT), 2, cv2.LINE_AA)
    trace(page, bezier(dice, width, height), dice.choice(BRIGHT), 2)
    size, inks = fitted(text, path, 30, 0.1, 120), [dice.choice(BRIGHT) for _ in text]
    line_of(page, text, path, size, inks, 5, height / 2, pitch=118 / len(text), rise=0.2, turn=dice.choice((0, 15)), dice=dice)
    return page, text


def confetti(dice: random.Random, fonts: Fonts) -> Picture:
    """ASP.NET of 2004: a bold line of text pulled at its four corners, filled with flakes, on a ground of flakes."""
    text, height, width = string(dice, dice.choice((DIGITS, CLEAR)), 5, 6), dice.choice((50, 60)), dice.choice((180, 200))
    path = faces(fonts, dice, text, bold(SANS, SERIF))
    mask, size = np.zeros((height, width, 3), np.uint8), height * 0.85
    size = fitted(text, path, size, 0.04, width * 0.92)
    line_of(mask, text, path, size, [(255, 255, 255)], (width - width_of(text, path, size, 0.04)) / 2, height / 2, 0.04)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32)
    pulled = corners + inwards * np.array([[dice.uniform(0, width / 4), dice.uniform(0, height / 4)] for _ in corners], np.float32)
    cover = cv2.warpPerspective(mask, cv2.getPerspectiveTransform(corners, pulled.astype(np.float32)), (width, height)) / 255
    page = flakes(dice, height, width, (255, 255, 255), (211, 211, 211), 0.1)
    dark = flakes(dice, height, width, dice.choice(((169, 169, 169), (90, 90, 90), tone(dice, 60, 150))), (211, 211, 211), 0.2)
    page = np.round(page + (dark.astype(np.float32) - page) * cover).astype(np.uint8)
    for _ in range(width * height // dice.choice((30, 60))):
        w, h = (dice.randint(0, max(width, height) // 60) for _ in range(2))
        cv2.ellipse(page, spot_on(dice, page), (w // 2, h // 2), 0, 0, 360, (150, 150, 150), -1)
    return page, text


def flakes(dice: random.Random, height: int, width: int, ground: tuple, flake: tuple, share: float) -> np.ndarray:
    rng = np.random.default_rng(dice.getrandbits(32))
    tile = rng.random((8, 8)) < share
    page = plain(height, width, ground)
    fine = dice.choice((1, 2))
    tile = np.kron(tile, np.ones((fine, fine), bool))
    page[np.tile(tile, (height // len(tile) + 1, width // len(tile) + 1))[:height, :width]] = flake
    return page


def silver_lines(dice: random.Random, fonts: Fonts) -> Picture:
    """The little C# picture of countless sites: bold italics in a gradient over silver lines, coloured pixels, a frame."""
    text, size = string(dice, dice.choice((DIGITS, CLEAR, LOWER + DIGITS)), 4, 5), dice.choice((14, 16, 20))
    height, width = round(size * 1.5), round(len(text) * size * 0.9) + 8
    page = plain(height, width)
    for _ in range(dice.choice((10, 25))):
        cv2.line(page, spot_on(dice, page), spot_on(dice, page), (192, 192, 192), 1)
    path = faces(fonts, dice, text, ("LiberationSans-BoldItalic", "DejaVuSans-BoldOblique", "FreeSansBoldOblique", "Arimo-BoldItalic"))
    start, end = np.array(dice.choice(((0, 0, 255), tone(dice, 0, 200)))), np.array(dice.choice(((139, 0, 0), tone(dice, 0, 160))))
    inks = [tuple(int(v) for v in start + (end - start) * at / len(text)) for at in range(len(text))]
    gap = dice.uniform(0.02, 0.12)
    line_of(page, text, path, fitted(text, path, size, gap, width - 6), inks, dice.uniform(2, 5), height / 2, gap)
    dots(dice, page, dice.choice((30, 100)))
    cv2.rectangle(page, (0, 0), (width - 1, height - 1), (192, 192, 192), 1)
    return page, text


def shadowed(dice: random.Random, fonts: Fonts) -> Picture:
    """SimpleCaptcha: bold letters with a soft shadow on a gradient, a net of slanted lines or a curved band across."""
    text, height, width = string(dice, LOWER + DIGITS, 5, 6), 50, 200
    start, end = np.array(tone(dice, 150, 255)), np.array(tone(dice, 190, 255))
    slope = (np.add.outer(np.arange(height), np.arange(width)) / (height + width))[:, :, None]
    page = (start + (end - start) * slope).astype(np.uint8)
    path, size = faces(fonts, dice, text, bold(SANS, SERIF)), dice.uniform(32, 40)
    size = fitted(text, path, size, 0.05, 185)
    left, ink = (width - width_of(text, path, size, 0.05)) / 2, dice.choice(((0, 0, 0), (0, 0, 180), tone(dice, 0, 110)))
    if dice.random() < 0.7:
        under = plain(height, width)
        line_of(under, text, path, size, [(0, 0, 0)], left + 3, height / 2 + 3, 0.05)
        under = cv2.GaussianBlur(under, (0, 0), dice.uniform(1, 2.5)).astype(np.float32)
        page = np.round(page * (1 - (1 - under / 255) * 0.6)).astype(np.uint8)
    line_of(page, text, path, size, [ink], left, height / 2, 0.05)
    kind = dice.choice(("net", "band", "none"))
    if kind == "net":
        tilt, each = dice.uniform(-20, 20), dice.choice((7, 10, 15))
        for x in range(-20, width + 20, each):
            cv2.line(page, (x, 0), (round(x + tilt), height), (0, 0, 0) if dice.random() < 0.5 else ink, 1, cv2.LINE_AA)
        for y in range(0, height, each):
            cv2.line(page, (0, y), (width, round(y + tilt / 2)), (0, 0, 0), 1, cv2.LINE_AA)
        page = wave(page, dice.uniform(0, 4), dice.uniform(60, 200), dice.uniform(0, 6))
    elif kind == "band":
        trace(page, bezier(dice, width, height), ink, dice.choice((2, 3, 4)))
    return page, text


def bubbles(dice: random.Random, fonts: Fonts) -> Picture:
    """Captcha packages of .NET today: coloured letters, turned, sometimes hollow, under bubbles and bent lines of their colours."""
    text, (height, width) = string(dice, dice.choice((CLEAR, LOWER + DIGITS, DIGITS)), 4, 6), dice.choice(((35, 98), (48, 130), (50, 150)))
    text = sum_text(dice) if dice.random() < 0.15 else text
    colours = [tone(dice, 0, 190) for _ in range(4)]
    page = plain(height, width, (255, 255, 255) if dice.random() < 0.7 else tone(dice, 215, 255))
    path, size = faces(fonts, dice, text, SANS + SERIF), height * dice.uniform(0.55, 0.75)
    size = fitted(text, path, size, 0.1, width * 0.95)
    line_of(page, text, path, size, [dice.choice(colours) for _ in text], width * 0.05, height / 2, pitch=width * 0.92 / len(text),
            turn=dice.choice((0, 15, 30)), rise=0.1, dice=dice, opacity=dice.choice((1, 0.8)))  # fmt: skip
    for _ in range(dice.choice((0, 2, 4))):
        cv2.circle(page, spot_on(dice, page), dice.randint(2, height // 5), dice.choice(colours), dice.choice((1, 1, 2)), cv2.LINE_AA)
    for _ in range(dice.choice((1, 2, 3))):
        trace(page, bezier(dice, width, height, 3), dice.choice(colours), dice.choice((1, 1, 2)))
    return page, text
