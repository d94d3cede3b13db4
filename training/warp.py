"""Bends a layer (coverage and colour together) by one displacement field."""

import math
import random

import cv2
import numpy as np


def field(dice: random.Random, height: int, width: int, size: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Where each pixel of the bent layer comes from (x, y); None for no bending. `size` is the letters' height."""
    if dice.random() < 0.35:
        return None
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    x, y = xs.copy(), ys.copy()
    for kind in dice.sample(("wave", "ripple", "swirl", "eye", "tilt", "shear", "elastic", "arc", "rows"), dice.choice((1, 1, 2, 3))):
        if kind == "wave":
            y += size * dice.uniform(0.04, 0.2) * np.sin(xs / (size * dice.uniform(0.5, 2.2)) + dice.uniform(0, 6.3))
        elif kind == "ripple":
            x += size * dice.uniform(0.03, 0.14) * np.sin(ys / (size * dice.uniform(0.25, 0.9)) + dice.uniform(0, 6.3))
        elif kind in ("swirl", "eye"):
            cx, cy = dice.uniform(0.2, 0.8) * width, height / 2
            dx, dy = xs - cx, ys - cy
            near = np.exp(-(dx * dx + dy * dy) / (size * dice.uniform(0.8, 2)) ** 2)
            if kind == "swirl":
                angle = dice.uniform(-0.7, 0.7) * near
                x += dx * (np.cos(angle) - 1) - dy * np.sin(angle)
                y += dy * (np.cos(angle) - 1) + dx * np.sin(angle)
            else:
                pull = dice.uniform(-0.35, 0.4) * near
                x -= dx * pull
                y -= dy * pull
        elif kind == "tilt":
            grow = dice.uniform(-0.35, 0.35)
            y += (ys - height / 2) * grow * (xs / width - 0.5)
        elif kind == "shear":
            if dice.random() < 0.5:
                x += (ys - height / 2) * dice.uniform(-0.35, 0.35)
            else:
                y += (xs - width / 2) * math.tan(math.radians(dice.uniform(-7, 7)))
        elif kind == "rows":  # every row, or band of rows, pushed aside on its own
            band = max(1, round(size * dice.choice((0.02, 0.04, 0.12))))
            aside = np.random.default_rng(dice.getrandbits(32)).normal(0, 1, height // band + 1)
            x += np.repeat(aside, band)[:height, None].astype(np.float32) * size * dice.uniform(0.01, 0.045)
        elif kind == "arc":
            y += size * dice.uniform(-0.4, 0.4) * ((xs / width - 0.5) * 2) ** 2
        else:
            cells = np.random.default_rng(dice.getrandbits(32)).normal(
                0, size * dice.uniform(0.02, 0.07), (max(2, int(height / size * 3)), max(2, int(width / size * 3)), 2)
            )
            soft = cv2.resize(cells.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
            x += soft[:, :, 0]
            y += soft[:, :, 1]
    return x, y


def bend(dice: random.Random, cover: np.ndarray, colour: np.ndarray, size: float) -> tuple[np.ndarray, np.ndarray]:
    margin = int(size * 0.4)
    cover = cv2.copyMakeBorder(cover, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    colour = cv2.copyMakeBorder(colour, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    maps = field(dice, *cover.shape, size)
    if maps is not None:
        cover = cv2.remap(cover, *maps, cv2.INTER_LINEAR)
        colour = cv2.remap(colour, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rows, columns = np.where(cover.max(1) > 0.1)[0], np.where(cover.max(0) > 0.1)[0]
    if len(rows) == 0:
        return cover, colour
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return cover[box], colour[box]


def whole(dice: random.Random, page: np.ndarray, size: float) -> np.ndarray:
    """The finished page bent, lines and ground with it, as makers do who distort last."""
    maps = field(dice, *page.shape[:2], size)
    return page if maps is None else cv2.remap(page, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
