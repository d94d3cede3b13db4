"""What makers of captchas do besides lines and specks: decoy letters, crowds of thin lines, ghosts, negatives, slices."""

import random

import cv2
import numpy as np

from clutter import random_colour
from fonts import Fonts, glyph, load

DECOYS = "ABCDEFGHKLMNPRSTXYZ0123456789abdefghkmnprtxyz"


def decoys(dice: random.Random, fonts: Fonts, page: np.ndarray, base: np.ndarray, tone: np.ndarray, size: float) -> None:
    """Letters that are not part of the answer: always smaller or much fainter than those that are."""
    if dice.random() > 0.18:
        return
    height, width = page.shape[:2]
    count, least, most, faint = dice.choices(
        ((dice.randint(2, 9), 0.2, 0.45, 1.0), (dice.randint(20, 90), 0.12, 0.3, 0.7), (dice.randint(2, 6), 0.4, 0.6, 0.8), (dice.randint(2, 8), 0.5, 1.1, 0.3)),
        (35, 25, 25, 15),
    )[0]
    path, turn = dice.choice(fonts.plain or fonts.paths), dice.choice((0, 0, 25, 60))
    own = dice.random() < 0.3
    for _ in range(count):
        image = glyph(load(path, max(6, int(size * dice.uniform(least, most)))), dice.choice(DECOYS))
        if image is None:
            continue
        if turn:
            side = int(np.hypot(*image.shape)) + 1
            y0, x0 = (side - image.shape[0]) // 2, (side - image.shape[1]) // 2
            square = np.zeros((side, side), np.uint8)
            square[y0 : y0 + image.shape[0], x0 : x0 + image.shape[1]] = image
            spin = cv2.getRotationMatrix2D((side / 2, side / 2), turn * dice.uniform(-1, 1), 1)
            image = cv2.warpAffine(square, spin, (side, side))
        if image.shape[0] >= height or image.shape[1] >= width:
            continue
        y, x = dice.randint(0, height - image.shape[0]), dice.randint(0, width - image.shape[1])
        part = page[y : y + image.shape[0], x : x + image.shape[1]]
        colour = random_colour(dice) if own else base + (tone - base) * 0.6
        part += (colour - part) * (image[:, :, None] / 255.0 * faint * dice.uniform(0.4, 0.9))


def crowd(dice: random.Random, page: np.ndarray, size: float) -> None:
    """Many thin lines, arcs or rings of all colours, more or less see-through."""
    height, width = page.shape[:2]
    layer, kind = page.copy(), dice.choice(("lines", "short", "rings", "arcs", "crosses"))
    thick = max(1, round(size * dice.choice((0.01, 0.02, 0.04))))
    one = random_colour(dice) if dice.random() < 0.3 else None
    for _ in range(dice.choice((10, 20, 40, 100, 150))):
        colour = tuple(float(v) for v in (random_colour(dice) if one is None else one))
        x, y = dice.randint(-5, width + 5), dice.randint(-5, height + 5)
        if kind == "lines":
            cv2.line(layer, (x, y), (dice.randint(0, width), dice.randint(0, height)), colour, thick, cv2.LINE_AA)
        elif kind == "short":
            reach = max(2, int(size * 0.5))
            cv2.line(layer, (x, y), (x + dice.randint(-reach, reach), y + dice.randint(-reach, reach)), colour, thick, cv2.LINE_AA)
        elif kind == "rings":
            cv2.circle(layer, (x, y), dice.randint(1, max(2, int(size * 0.3))), colour, thick, cv2.LINE_AA)
        elif kind == "arcs":
            axes, begin = (dice.randint(2, int(size) + 2), dice.randint(2, int(size) + 2)), dice.randint(0, 360)
            cv2.ellipse(layer, (x, y), axes, 0, begin, begin + dice.randint(30, 200), colour, thick, cv2.LINE_AA)
        else:
            cv2.drawMarker(layer, (x, y), colour, dice.choice((cv2.MARKER_CROSS, cv2.MARKER_STAR, cv2.MARKER_TRIANGLE_UP)), max(3, int(size * 0.15)), thick)
    page += (layer - page) * dice.choice((0.25, 0.4, 0.6, 0.9))


def turned(dice: random.Random, cover: np.ndarray, colour: np.ndarray, most: float) -> tuple[np.ndarray, np.ndarray]:
    """The whole line of text turned by up to `most` degrees."""
    height, width = cover.shape
    spin = cv2.getRotationMatrix2D((width / 2, height / 2), dice.uniform(-most, most), 1)
    cos, sin = abs(spin[0, 0]), abs(spin[0, 1])
    to = (int(width * cos + height * sin) + 1, int(width * sin + height * cos) + 1)
    spin[:, 2] += (to[0] - width) / 2, (to[1] - height) / 2
    return (
        cv2.warpAffine(cover, spin, to),
        cv2.warpAffine(colour, spin, to, borderMode=cv2.BORDER_REPLICATE),
    )


def ghost(dice: random.Random, part: np.ndarray, cover: np.ndarray, colour: np.ndarray, size: float) -> None:
    """A faint second impression of the text, a little aside."""
    dx, dy = (size * dice.choice((-1, 1)) * dice.uniform(0.05, 0.2) for _ in range(2))
    moved = cv2.warpAffine(cover, np.array([[1, 0, dx], [0, 1, dy]], np.float32), cover.shape[::-1])
    part += (colour - part) * moved[:, :, None] * dice.uniform(0.15, 0.45)


def finish(dice: random.Random, page: np.ndarray, base: np.ndarray, size: float) -> None:
    """Seldom one more trick over everything, in place: a negative patch, cut lines, slices, a frame, uneven light."""
    height, width = page.shape[:2]
    kind = dice.choices(("none", "negative", "cuts", "slices", "frame", "light", "rows"), (78, 4, 3, 3, 7, 3, 2))[0]
    if kind == "negative":
        mask = np.zeros((height, width), np.uint8)
        if dice.random() < 0.6:
            centre = (dice.randint(0, width), dice.randint(0, height))
            axes = (dice.randint(int(size * 0.3), int(size * 2)), dice.randint(int(size * 0.3), int(size * 1.2)))
            cv2.ellipse(mask, centre, axes, dice.randint(0, 180), 0, 360, 1, -1)
        else:
            x = dice.randint(0, width)
            mask[:, x : x + dice.randint(int(size * 0.5), width)] = 1
        page[mask == 1] = 1 - page[mask == 1]
    elif kind == "cuts" and size > 28:
        pitch, thick = dice.uniform(0.2, 0.5) * size, max(1, round(size * dice.uniform(0.015, 0.04)))
        slope, both = dice.uniform(-0.4, 0.4), dice.random() < 0.5
        ys, xs = np.mgrid[:height, :width]
        page[(ys + slope * xs) % pitch < thick] = base
        if both:
            page[(xs + slope * ys) % pitch < thick] = base
    elif kind == "slices":
        thick = max(1, int(size * dice.uniform(0.03, 0.3)))
        for y in range(0, height, thick):
            page[y : y + thick] = np.roll(page[y : y + thick], round(size * dice.uniform(-0.09, 0.09)), 1)
    elif kind == "frame":
        tone = tuple(float(v) for v in random_colour(dice))
        inset = dice.choice((0, 0, 0, 2))
        cv2.rectangle(page, (inset, inset), (width - 1 - inset, height - 1 - inset), tone, dice.choice((1, 1, 2, 3)))
    elif kind == "light":
        page *= np.linspace(dice.uniform(0.4, 1), dice.uniform(0.6, 1), width, dtype=np.float32)[None, :, None]
    elif kind == "rows" and size > 28:
        page[:: dice.choice((2, 3, 4))] = base if dice.random() < 0.5 else 1 - base
