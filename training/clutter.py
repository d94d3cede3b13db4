"""Everything that is not the text: grounds, lines, shapes, specks, decoys, and damage to the finished picture."""

import math
import random

import cv2
import numpy as np
from PIL import Image



def random_colour(dice: random.Random) -> np.ndarray:
    if dice.random() < 0.3:
        return np.full(3, dice.random(), np.float32)
    return np.array([dice.random() for _ in range(3)], np.float32)


def lightness(colour: np.ndarray) -> float:
    return float(colour @ np.array([0.299, 0.587, 0.114], np.float32))


def inks(dice: random.Random, ground: np.ndarray, count: int, contrasts: tuple[float, ...]) -> list[np.ndarray]:
    """Colours that stand out from the ground, mostly by lightness; a few only just."""
    apart = dice.choice(contrasts)
    out = []
    while len(out) < count:
        for _ in range(30):
            colour = random_colour(dice)
            if dice.random() < 0.25:
                colour = colour * 0.3 if lightness(ground) > 0.5 else 1 - colour * 0.3
            if abs(lightness(colour) - lightness(ground)) > apart:
                break
        else:
            colour = np.full(3, 0.0 if lightness(ground) > 0.5 else 1.0, np.float32)
        out.append(colour.astype(np.float32))
    return out


def base_colour(dice: random.Random) -> np.ndarray:
    kind = dice.random()
    if kind < 0.35:
        return np.ones(3, np.float32)
    if kind < 0.6:
        return np.clip(1 - 0.35 * random_colour(dice), 0, 1)
    if kind < 0.8:
        return 0.3 * random_colour(dice)
    return random_colour(dice)


def ground(dice: random.Random, height: int, width: int, base: np.ndarray, depth: float) -> np.ndarray:
    """A ground around the base colour, plain or patterned. `depth` bounds how far it goes from that colour."""
    page = np.empty((height, width, 3), np.float32)
    page[:] = base
    other = np.clip(base + (random_colour(dice) - base) * depth, 0, 1)
    rng = np.random.default_rng(dice.getrandbits(32))
    kind = dice.choices(("plain", "gradient", "blotch", "grid", "check", "grain", "stripes", "cloud", "mosaic"), (43, 11, 9, 7, 4, 11, 6, 8, 4))[0]
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    if kind == "plain":
        return page
    if kind == "gradient":
        angle = dice.uniform(0, 6.3)
        t = xs * math.cos(angle) / width + ys * math.sin(angle) / height
        t = (t - t.min()) / max(1e-6, float(t.max() - t.min()))
    elif kind == "blotch":
        cells = rng.random((dice.randint(2, 12), dice.randint(3, 30)), np.float32)
        t = cv2.resize(cells, (width, height), interpolation=dice.choice((cv2.INTER_CUBIC, cv2.INTER_LINEAR, cv2.INTER_NEAREST)))
    elif kind == "grid":
        pitch = dice.uniform(5, 22)
        t = ((xs + dice.uniform(-0.5, 0.5) * ys) % pitch < 1.2) | ((ys + dice.uniform(-0.3, 0.3) * xs) % pitch < 1.2)
    elif kind == "check":
        pitch = dice.uniform(4, 20)
        t = ((xs // pitch + ys // pitch) % 2).astype(np.float32)
    elif kind == "stripes":
        pitch = dice.uniform(3, 14)
        t = (xs * math.cos(angle := dice.uniform(0, 3.1)) + ys * math.sin(angle)) % pitch < pitch / 2
    elif kind == "cloud":  # like a photo out of focus: each colour its own octaves
        t = np.zeros((height, width, 3), np.float32)
        for cells in (2, 4, 9, 20):
            rough = rng.random((max(2, cells * height // width + 1), cells, 3), np.float32)
            t += cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC) / cells**0.5
        t = (t - t.min()) / max(1e-6, float(t.max() - t.min()))
        return np.clip(page + (t - 0.5) * 2 * depth, 0, 1)
    elif kind == "mosaic":  # patches around scattered points
        points = rng.random((dice.randint(5, 40), 2)) * (height, width)
        near = np.argmin((ys[::2, ::2, None] - points[:, 0]) ** 2 + (xs[::2, ::2, None] - points[:, 1]) ** 2, 2)
        tones = rng.random(len(points), np.float32)[near]
        t = cv2.resize(tones, (width, height), interpolation=cv2.INTER_NEAREST)
    else:
        t = rng.random((height, width), np.float32)
    return page + (other - page) * np.clip(np.asarray(t, np.float32), 0, 1)[:, :, None]


def strokes(dice: random.Random, page: np.ndarray, colours: list[np.ndarray], size: float, over: bool) -> None:
    """Lines, curves, rings and boxes, drawn in place; fewer and thinner if they lie over the text."""
    height, width = page.shape[:2]
    for _ in range(dice.choice((1, 1, 2, 3, 4) if over else (0, 1, 1, 2, 3, 4, 7))):
        colour = tuple(float(v) for v in (dice.choice(colours) if dice.random() < 0.6 else random_colour(dice)))
        thick = max(1, round(size * dice.choice((0.015, 0.03, 0.03, 0.05) if over else (0.015, 0.03, 0.05, 0.09))))
        kind = dice.choices(("line", "curve", "ring", "box", "trace", "sine", "arc"), (32, 38, 8, 4, 6, 7, 5))[0]
        if kind == "line":
            ends = [(dice.randint(-9, width + 9), dice.randint(0, height)) for _ in range(2)]
            if dice.random() < 0.6:
                ends = [(dice.randint(-9, width // 4), ends[0][1]), (dice.randint(width * 3 // 4, width + 9), ends[1][1])]
            cv2.line(page, ends[0], ends[1], colour, thick, cv2.LINE_AA)
        elif kind in ("curve", "trace"):
            t = np.linspace(0, 1, 40)
            if kind == "curve":
                p = np.array([[u * width + dice.uniform(-0.15, 0.15) * width, dice.uniform(0, 1) * height] for u in (0, 0.35, 0.65, 1)])
                curve = sum(k[:, None] * q for k, q in zip(((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3), p))
            else:
                turns = np.cumsum([dice.uniform(-1, 1) for _ in range(40)])
                curve = np.stack([t * width, height / 2 + np.clip(turns * size * 0.1, -height / 2, height / 2)], 1)
            cv2.polylines(page, [np.round(curve).astype(np.int32)], False, colour, thick, cv2.LINE_AA)
        elif kind == "sine":
            xs = np.linspace(-5, width + 5, 80)
            wave = np.sin(xs / (size * dice.uniform(0.2, 2)) + dice.uniform(0, 6.3)) * size * dice.uniform(0.05, 0.5)
            points = np.stack([xs, height * dice.uniform(0.2, 0.8) + wave + xs * dice.uniform(-0.15, 0.15)], 1)
            cv2.polylines(page, [np.round(points).astype(np.int32)], False, colour, thick, cv2.LINE_AA)
        elif kind == "arc":
            axes = (dice.randint(2, width), dice.randint(2, height))
            begin = dice.randint(0, 360)
            cv2.ellipse(page, (dice.randint(0, width), dice.randint(0, height)), axes, dice.randint(0, 180), begin, begin + dice.randint(40, 300), colour, thick, cv2.LINE_AA)
        elif kind == "ring":
            centre = (dice.randint(0, width), dice.randint(0, height))
            cv2.circle(page, centre, dice.randint(2, max(3, int(size * 0.6))), colour, thick if over or dice.random() < 0.6 else -1, cv2.LINE_AA)
        else:
            x, y = dice.randint(0, width), dice.randint(0, height)
            cv2.rectangle(page, (x, y), (x + dice.randint(3, int(size)), y + dice.randint(3, int(size))), colour, thick)


def specks(dice: random.Random, page: np.ndarray, colours: list[np.ndarray], size: float) -> None:
    height, width = page.shape[:2]
    share = dice.choice((0, 0, 0.004, 0.015, 0.04, 0.09))
    count = int(share * height * width / max(1.0, (size * 0.03) ** 2))
    if count == 0:
        return
    rng = np.random.default_rng(dice.getrandbits(32))
    radius = max(1, round(size * dice.choice((0.01, 0.02, 0.04))))
    xs, ys = rng.integers(0, width, count), rng.integers(0, height, count)
    tones = np.stack(colours)[rng.integers(0, len(colours), count)] if dice.random() < 0.6 else rng.random((count, 3))
    for dy in range(radius):
        for dx in range(radius):
            page[np.minimum(ys + dy, height - 1), np.minimum(xs + dx, width - 1)] = tones


def storm(dice: random.Random, page: np.ndarray, colours: list[np.ndarray], size: float, over: bool) -> None:
    """Discs and lines in the letters' own colour under the text; a haze of faint coloured discs over it."""
    height, width = page.shape[:2]
    if not over:
        tone = tuple(float(v) for v in colours[0])
        for _ in range(dice.choice((0, 20, 40, 70))):
            spot = (dice.randint(0, width), dice.randint(0, height))
            cv2.circle(page, spot, max(1, round(size * dice.uniform(0.01, 0.1))), tone, -1, cv2.LINE_AA)
        for _ in range(dice.randint(2, 11)):
            ends = [(dice.randint(0, width), 0), (dice.randint(0, width), height)]
            if dice.random() < 0.5:
                ends = [(0, dice.randint(0, height)), (width, dice.randint(0, height))]
            cv2.line(page, *ends, tone, max(1, round(size * dice.uniform(0.02, 0.06))), cv2.LINE_AA)
        return
    haze, coarse = page.copy(), dice.choice((0.02, 0.025, 0.04))
    for _ in range(int(height * width / size**2 * dice.uniform(10, 120) * (0.02 / coarse))):
        spot = (dice.randint(0, width), dice.randint(0, height))
        tone = (dice.random(), dice.random(), dice.random())
        cv2.circle(haze, spot, max(1, round(size * dice.uniform(0.005, coarse))), tone, -1)
    page += (haze - page) * dice.uniform(0.2, 0.65)


def damage(dice: random.Random, page: np.ndarray, often: float) -> np.ndarray:
    """float32 0..1 to uint8, through blur, shrinking, JPEG, palette, noise, dithering; each seldom, by the factor `often`."""
    height, width = page.shape[:2]
    rng = np.random.default_rng(dice.getrandbits(32))
    if dice.random() < 0.15 * often:
        page = cv2.GaussianBlur(page, (0, 0), dice.uniform(0.4, max(0.5, height * 0.016)))
    if dice.random() < 0.03 * often:  # moved while it was taken
        reach = max(2, round(height * dice.uniform(0.01, 0.05)))
        kernel = np.eye(reach, dtype=np.float32) if dice.random() < 0.3 else np.ones((1, reach), np.float32)
        page = cv2.filter2D(page, -1, kernel / kernel.sum())
    if dice.random() < 0.15 * often:
        page = page + rng.normal(0, dice.uniform(0.01, 0.09), page.shape).astype(np.float32)
    picture = (np.clip(page, 0, 1) * 255 + 0.5).astype(np.uint8)
    if dice.random() < 0.1 * often and height > 40:
        factor = dice.uniform(20 / height, 0.9)
        picture = cv2.resize(picture, (max(20, int(width * factor)), max(16, int(height * factor))), interpolation=dice.choice((cv2.INTER_AREA, cv2.INTER_NEAREST, cv2.INTER_LINEAR)))
    if dice.random() < 0.25 * often:
        _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, dice.randint(15, 92)])
        picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    elif dice.random() < 0.1 * often:
        small = Image.fromarray(picture)
        if dice.random() < 0.3:
            small = small.convert("1", dither=dice.choice((Image.Dither.NONE, Image.Dither.FLOYDSTEINBERG)))
        else:
            small = small.quantize(dice.choice((2, 4, 8, 16)), dither=dice.choice((0, 3)))
        picture = np.asarray(small.convert("RGB"))
    return picture
