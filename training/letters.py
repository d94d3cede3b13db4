"""Draws the letters of one picture onto a layer: coverage [h, w] and colour [h, w, 3], both float32, 0..1."""

import math
import random

import cv2
import numpy as np

from fonts import Fonts, glyph, load

Colour = np.ndarray


class Style:
    """How the letters of one picture look; each is drawn once per picture."""

    def __init__(self, dice: random.Random):
        d = dice
        self.font_per_letter = d.random() < 0.22
        self.turn = d.choice((0, 0, 4, 8, 15, 22, 30, 45)) * d.random()
        self.lean = d.choice((0, 0, 0.1, 0.3)) * d.uniform(-1, 1)
        self.lean_each = d.choice((0, 0, 0.15, 0.3))
        self.scale_each = d.choice((0, 0, 0, 0.08, 0.2, 0.3, 0.45))
        self.rise_each = d.choice((0, 0, 0.05, 0.12, 0.25, 0.45))
        self.gap = d.choices((0.05, 0.12, 0.25, 0.5, 0.9, -0.06, -0.12, -0.2), (26, 14, 14, 10, 6, 12, 12, 6))[0]
        self.gap_each = d.choice((0, 0.03, 0.08, 0.2))
        self.narrow = d.uniform(0.75, 1.25)
        self.weight = d.choice((0, 0, 0, 0, 0, 0.02, 0.04, 0.07))
        self.colour_per_letter = d.random() < 0.35
        self.fill = d.choices(
            ("solid", "hollow", "dots", "stripes", "emboss", "edge", "halves", "erode", "contour", "cells", "stipple", "blend", "tiles"),
            (48, 8, 4, 3, 11, 6, 3, 5, 7, 5, 3, 5, 3),
        )[0]
        self.opacity = d.choice((1, 1, 1, 0.85, 0.65))
        self.thread = d.choices(("none", "centres", "wave", "loose"), (80, 7, 9, 4))[0]
        if self.gap >= 0.5 and d.random() < 0.3:  # letters scattered over the page, one line from each to the next
            self.thread, self.rise_each = "centres", d.choice((0.25, 0.45, 0.6))
        self.break_at = d.random() if d.random() < 0.05 else None  # where a wide gap parts two words
        self.quad = d.choice((0, 0, 0, 0.08, 0.16))  # how far each letter's corners are pulled
        self.fade_each = d.uniform(0.2, 0.6) if d.random() < 0.06 else 0  # how much fainter some letters are
        self.sign_gap = d.choice((0, 0, 0.15, 0.4))
        self.reach = d.uniform(0.02, 0.07) if self.fill == "edge" else d.uniform(0.02, 0.12)  # of a rim or a shadow
        if self.fill == "tiles":
            self.gap = abs(self.gap)


def shape(fonts: Fonts, path: str, character: str, size: int, style: Style, dice: random.Random) -> np.ndarray | None:
    stroke = max(1, round(size * style.weight)) if style.weight else 0
    image = glyph(load(path, size), character, stroke)
    if image is None:
        return None
    image = np.pad(image, 3).astype(np.float32) / 255
    width = max(1, round(size * dice.uniform(0.02, 0.06)))
    kernel = np.ones((2 * width + 1, 2 * width + 1), np.uint8)
    if style.fill == "hollow":
        image = np.clip(cv2.dilate(image, np.ones((3, 3), np.uint8)) - cv2.erode(image, kernel), 0, 1)
    elif style.fill == "erode" and size > 40:
        thin = cv2.erode(image, np.ones((2, 2), np.uint8))
        image = thin if thin.sum() > 0.35 * image.sum() else image
    elif style.fill == "contour":
        image = contour(image, size, dice)
    elif style.fill == "cells":
        image = cells(image, size, dice)
    elif style.fill == "stipple":
        grains = np.random.default_rng(dice.getrandbits(32)).normal(0, 1, image.shape).astype(np.float32)
        grains = cv2.GaussianBlur(grains, (0, 0), max(0.4, size * dice.uniform(0.01, 0.035)))
        image = image * (grains > np.quantile(grains, dice.uniform(0.2, 0.5)))
    elif style.fill == "dots":
        pitch = max(3, round(size * dice.uniform(0.08, 0.12)))
        ys, xs = np.mgrid[: image.shape[0], : image.shape[1]]
        radius = pitch * dice.uniform(0.3, 0.5)
        image = image * (np.hypot(ys % pitch - pitch / 2, xs % pitch - pitch / 2) < radius)
    elif style.fill == "stripes":
        pitch = max(3, round(size * dice.uniform(0.08, 0.14)))
        ys, xs = np.mgrid[: image.shape[0], : image.shape[1]]
        image = image * ((xs * dice.choice((0, 1)) + ys) % pitch < pitch * dice.uniform(0.5, 0.75))
    if style.quad:
        image = pulled(image, style.quad, dice)
    return image


def pulled(image: np.ndarray, reach: float, dice: random.Random) -> np.ndarray:
    """The letter with its four corners moved, each by up to `reach` of its height and width."""
    height, width = image.shape
    room = round(reach * max(height, width)) + 1
    image = np.pad(image, room)
    box = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + room
    to = box + np.array([[dice.uniform(-reach, reach) * width, dice.uniform(-reach, reach) * height] for _ in range(4)], np.float32)
    bent = cv2.warpPerspective(image, cv2.getPerspectiveTransform(box, to.astype(np.float32)), image.shape[::-1])
    return bent[room - 3 : room + height + 3, room - 3 : room + width + 3]


def cells(image: np.ndarray, size: int, dice: random.Random) -> np.ndarray:
    """The letter on a coarse grid, as on a display: squares, squares set apart, or discs."""
    pitch = max(2, round(size / dice.uniform(7, 15)))
    height, width = image.shape
    if height < 3 * pitch or width < 2 * pitch:
        return image
    grid = cv2.resize(image, (width // pitch, height // pitch), interpolation=cv2.INTER_AREA) > dice.uniform(0.35, 0.5)
    if grid.sum() < 4:
        return image
    ys, xs = (np.mgrid[:pitch, :pitch] - (pitch - 1) / 2) / pitch
    kind = dice.choice(("square", "square", "apart", "disc"))
    cell = np.ones((pitch, pitch)) if kind == "square" else np.maximum(abs(ys), abs(xs)) < 0.42
    if kind == "disc":
        cell = np.hypot(ys, xs) < dice.uniform(0.4, 0.6)
    return np.pad(np.kron(grid, cell).astype(np.float32), 3)


def contour(image: np.ndarray, size: int, dice: random.Random) -> np.ndarray:
    """The letter's outline drawn once or twice with an unsteady hand, sometimes not closed, the second time a little aside."""
    lines, _ = cv2.findContours((image > 0.5).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_TC89_L1)
    page = np.zeros(image.shape, np.float32)
    rng = np.random.default_rng(dice.getrandbits(32))
    shake = size * dice.choice((0, 0.015, 0.03))
    for turn in range(dice.choice((1, 1, 2))):
        aside = np.array([dice.uniform(-1, 1), dice.uniform(-0.5, 0.5)]) * size * (0.1 * turn)
        for line in lines:
            if dice.random() < 0.2:
                line = line[: max(2, int(len(line) * dice.uniform(0.7, 0.95)))]
            points = np.round((line + aside + rng.normal(0, shake, line.shape)) * 8).astype(np.int32)
            closed = dice.random() < 0.7
            cv2.polylines(page, [points], closed, 1.0, 1 if size < 45 else dice.choice((1, 2)), cv2.LINE_AA, 3)
    return page


def draw_text(
    fonts: Fonts, dice: random.Random, text: str, size: int, ink: list[Colour], style: Style
) -> tuple[np.ndarray, np.ndarray] | None:
    """The line of text on a layer just large enough; None if no font has all characters."""
    path = fonts.pick(dice, text)
    if path is None:
        return None
    base = load(path, size)
    placed: list[tuple[np.ndarray, float, float, str]] = []
    for character in text:
        own = (fonts.pick(dice, character) or path) if style.font_per_letter else path
        drawn = "−" if character == "-" and "−" in fonts.usable[own] and dice.random() < 0.5 else character
        image = shape(fonts, own, drawn, size, style, dice)
        if image is None:
            return None
        _, top, _, _ = (base if own == path else load(own, size)).getbbox(drawn)
        ascent = (base if own == path else load(own, size)).getmetrics()[0]
        placed.append((image, top - ascent - 3, dice.uniform(-1, 1), character))
    margin = 2.5 * size if style.thread == "wave" else size  # room for a line that goes on beyond the text
    total = size + sum(image.shape[1] * 1.4 + size * (0.6 + max(0.3, style.gap) + 2 * style.sign_gap) for image, *_ in placed)
    width, height = int(total + 2 * margin), int(size * 3.8)
    cover = np.zeros((height, width), np.float32)
    colour = np.zeros((height, width, 3), np.float32)
    colour[:] = ink[0]
    baseline, x = size * 2.1, float(margin)
    centres: list[tuple[float, float]] = []
    for at, (image, rise, wobble, _) in enumerate(placed):
        scale = 1 + style.scale_each * dice.uniform(-1, 1)
        sx, sy = scale * style.narrow, scale
        angle = math.radians(style.turn * dice.uniform(-1, 1))
        lean = style.lean + style.lean_each * dice.uniform(-1, 1)
        h, w = image.shape
        cos, sin = math.cos(angle), math.sin(angle)
        a = np.array([[cos, -sin], [sin, cos]]) @ np.array([[sx, -lean * sy], [0, sy]])
        centre_to = np.array([w * sx / 2, baseline + (rise + h / 2) * sy + wobble * style.rise_each * size])
        spread = np.abs(a) @ np.array([w - 6, h - 6]) / 2  # half the ink's box after turning
        half = min(spread[0], w * sx / 2 + 0.15 * h)
        centre_to[0] = x + half
        offset = centre_to - a @ np.array([w / 2, h / 2])
        x0, x1 = int(max(0, centre_to[0] - spread[0] - 6)), int(min(width, centre_to[0] + spread[0] + 7))
        y0, y1 = int(max(0, centre_to[1] - spread[1] - 6)), int(min(height, centre_to[1] + spread[1] + 7))
        if x1 <= x0 or y1 <= y0:
            return None
        matrix = np.array([[a[0, 0], a[0, 1], offset[0] - x0], [a[1, 0], a[1, 1], offset[1] - y0]], np.float32)
        patch = cv2.warpAffine(image, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR)
        if style.fade_each:
            patch = patch * (1 - style.fade_each * dice.random())
        tone = ink[at % len(ink)] if style.colour_per_letter else ink[0]
        region = patch[:, :, None]
        part = colour[y0:y1, x0:x1]
        if style.fill == "tiles":  # each letter on a ground of its own
            part[:] = ground_for(tone, dice)
            part += (tone - part) * region
            patch = np.ones_like(patch)
        else:
            around = round(size * style.reach) if style.fill == "emboss" else 1
            part += (tone - part) * np.clip(cv2.dilate(patch, np.ones((2 * around + 1, 2 * around + 1), np.uint8)) * 3, 0, 1)[:, :, None]
        if style.fill == "halves":
            part[: (y1 - y0) // 2] += (ink[-1] - part[: (y1 - y0) // 2]) * region[: (y1 - y0) // 2]
        np.maximum(cover[y0:y1, x0:x1], patch, out=cover[y0:y1, x0:x1])
        centres.append((float(centre_to[0]), float(centre_to[1])))
        x += 2 * half + size * (style.gap + style.gap_each * dice.uniform(-1, 1))
        if style.break_at is not None and at == int(style.break_at * len(text)):
            x += size * 0.5
        if any(c in "+-×*÷/=" for c in text[at : at + 2]):
            x += size * style.sign_gap
    if style.thread != "none":
        thread(cover, centres, size, style.thread, dice)
    if style.fill == "blend":
        ys, xs = np.mgrid[:height, :width].astype(np.float32)
        t = np.sin((xs * dice.uniform(-1, 1) + ys * dice.uniform(-1, 1)) / size * dice.choice((0.5, 2))) / 2 + 0.5
        colour += (ink[-1] - colour) * t[:, :, None]
    if style.fill in ("emboss", "edge"):
        cover, colour = decorate(cover, colour, ink[-1], max(1, round(size * style.reach)), style.fill, dice)
    rows, columns = np.where(cover.max(1) > 0.1)[0], np.where(cover.max(0) > 0.1)[0]
    if len(rows) == 0 or len(columns) == 0:
        return None
    box = np.s_[max(0, rows[0] - 2) : rows[-1] + 3, max(0, columns[0] - 2) : columns[-1] + 3]
    return cover[box] * style.opacity, colour[box]


def thread(cover: np.ndarray, centres: list[tuple[float, float]], size: int, kind: str, dice: random.Random) -> None:
    """A line of the letters' own colour through them, drawn before the text is bent."""
    thick = max(1, round(size * dice.choice((0.02, 0.04, 0.07, 0.1))))
    (left, _), (right, middle) = centres[0], centres[-1]
    if kind == "centres":
        points = centres
    elif kind == "wave":
        reach = size * dice.choice((0.8, 2.5))
        xs = np.linspace(left - reach * dice.random(), right + reach * dice.random(), 60)
        rise, pitch, phase = dice.uniform(0.02, 0.3), dice.uniform(0.4, 2.5), dice.uniform(0, 6.3)
        level = middle + size * dice.uniform(-0.25, 0.25)
        points = np.stack([xs, level + size * rise * np.sin(xs / size / pitch + phase)], 1)
    else:  # from letter to letter, leaving each anywhere
        points = [(x + size * dice.uniform(-0.3, 0.3), y + size * dice.uniform(-0.4, 0.4)) for x, y in centres]
    cv2.polylines(cover, [np.round(np.asarray(points) * 8).astype(np.int32)], False, 1.0, thick, cv2.LINE_AA, 3)


def ground_for(tone: Colour, dice: random.Random) -> Colour:
    """A random colour that a letter of this tone stands out from."""
    ground = np.array([dice.random() for _ in range(3)], np.float32)
    return ground * 0.35 if tone.mean() > 0.5 else 1 - ground * 0.35


def decorate(
    cover: np.ndarray, colour: np.ndarray, second: Colour, reach: int, kind: str, dice: random.Random
) -> tuple[np.ndarray, np.ndarray]:
    """A shadow to one side (emboss) or a rim (edge), `reach` pixels wide, in a second colour, under the letters."""
    if kind == "edge":
        under = cv2.dilate(cover, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    else:
        shift = np.array([[1, 0, reach * dice.choice((-1, 1))], [0, 1, reach]], np.float32)
        under = cv2.warpAffine(cover, shift, cover.shape[::-1])
    mixed = second + (colour - second) * cover[:, :, None]
    if kind == "emboss" and dice.random() < 0.6:
        # The letter itself is left out, only its shadow is seen: in the letter's own colour or in the second one.
        only = np.clip(under - cover, 0, 1)
        if dice.random() < 0.3:
            only = np.maximum(only, cv2.morphologyEx(cover, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)))
        if only.sum() > 0.25 * cover.sum():
            return only, colour if dice.random() < 0.5 else mixed
    return np.maximum(cover, under), mixed
