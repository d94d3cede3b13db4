"""What the pictures of this folder are made of: letters placed one by one on a page, curves, waves."""

import math
import random

import cv2
import numpy as np

from fonts import Fonts, glyph, load

CLEAR = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # what many makers use: nothing that is easily mistaken
SANS = ("DejaVuSans", "LiberationSans", "Arimo", "FreeSans", "OpenSans", "NotoSans-")
SERIF = ("DejaVuSerif", "LiberationSerif", "Tinos", "FreeSerif", "GentiumBasic", "GenBas")
MONO = ("DejaVuSansMono", "LiberationMono", "Cousine", "FreeMono", "Inconsolata")
Tone = tuple[int, int, int]
Picture = tuple[np.ndarray, str]  # uint8 [h, w, 3] RGB, and what it says


def tone(dice: random.Random, least: int, most: int) -> Tone:
    """A random colour, each part from `least` to `most` of 255."""
    return (dice.randint(least, most), dice.randint(least, most), dice.randint(least, most))


def plain(height: int, width: int, colour: Tone = (255, 255, 255)) -> np.ndarray:
    """A page of one colour: uint8 [h, w, 3]."""
    page = np.empty((height, width, 3), np.uint8)
    page[:] = colour
    return page


def string(dice: random.Random, letters: str, least: int, most: int) -> str:
    return "".join(dice.choice(letters) for _ in range(dice.randint(least, most)))


def faces(fonts: Fonts, dice: random.Random, text: str, names: tuple[str, ...]) -> str:
    """A font whose file begins with one of the names; any other one in a quarter of the pictures, or where there is none."""
    fitting = [path for path in fonts.named(names) if set(text) <= set(fonts.usable[path])]
    if fitting and dice.random() < 0.75:
        return dice.choice(fitting)
    return fonts.pick(dice, text) or fonts.usual


def bold(*families: tuple[str, ...]) -> tuple[str, ...]:
    """How the files of these families' bold faces begin: some makers put a hyphen there."""
    return tuple(name.rstrip("-") + end for family in families for name in family for end in ("-Bold", "Bold"))


def letter(path: str, character: str, size: float, stroke: int = 0) -> np.ndarray:
    """Coverage of a character, uint8, cropped to its ink; empty pixels if it has none."""
    image = glyph(load(path, max(6, round(size))), character, stroke)
    return np.zeros((4, 4), np.uint8) if image is None else image


def spin(mask: np.ndarray, degrees: float) -> np.ndarray:
    """The mask turned around its middle on a page large enough."""
    height, width = mask.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    to = (int(width * cos + height * sin) + 2, int(width * sin + height * cos) + 2)
    turn[:, 2] += (to[0] - width) / 2, (to[1] - height) / 2
    return cv2.warpAffine(mask, turn, to, flags=cv2.INTER_LINEAR)


def paste(page: np.ndarray, mask: np.ndarray, left: float, top: float, colour: Tone, opacity: float = 1) -> None:
    """Blends a colour onto the page through the mask, cut at the page's edges."""
    x, y = round(left), round(top)
    x0, y0, x1, y1 = max(0, x), max(0, y), min(page.shape[1], x + mask.shape[1]), min(page.shape[0], y + mask.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    cover = mask[y0 - y : y1 - y, x0 - x : x1 - x, None].astype(np.float32) * (opacity / 255)
    part = page[y0:y1, x0:x1]
    part[:] = np.round(part + (np.array(colour, np.float32) - part) * cover)


def line_of(page: np.ndarray, text: str, path: str, size: float, colours: list[Tone], left: float, middle: float,
            gap: float = 0.05, turn: float = 0, rise: float = 0, dice: random.Random | None = None, stroke: int = 0,
            opacity: float = 1, pitch: float = 0) -> float:
    """Draws text on a baseline around `middle`; returns where it ends. `gap`, `rise`: in letter heights, between letters and
    up or down; `turn`: at most, in degrees; `pitch`: fixed distance of letters in pixels, if not 0."""  # fmt: skip
    x, font = left, load(path, max(6, round(size)))
    cap = font.getbbox("H")
    for at, character in enumerate(text):
        mask = letter(path, character, size, stroke)
        box = font.getbbox(character)
        centre = middle + (box[1] + box[3]) / 2 - (cap[1] + cap[3]) / 2
        if dice and rise:
            centre += dice.uniform(-rise, rise) * size
        height, width = mask.shape
        if dice and turn:
            mask = spin(mask, dice.uniform(-turn, turn))
        paste(page, mask, x + (width - mask.shape[1]) / 2, centre - mask.shape[0] / 2, colours[at % len(colours)], opacity)
        x += pitch or width + gap * size
    return x


def width_of(text: str, path: str, size: float, gap: float) -> float:
    """How wide `line_of` draws the text, in pixels; at least one."""
    return max(1.0, sum(letter(path, character, size).shape[1] + gap * size for character in text))


def fitted(text: str, path: str, size: float, gap: float, width: float) -> float:
    """The size, or the largest at which the text is no wider than `width`."""
    return min(size, size * width / width_of(text, path, size, gap))


def spot_on(dice: random.Random, page: np.ndarray) -> tuple[int, int]:
    """A random pixel of the page: x, y."""
    return dice.randrange(page.shape[1]), dice.randrange(page.shape[0])


def bezier(dice: random.Random, width: int, height: int, points: int = 4) -> np.ndarray:
    """A curve from the left to the right edge through random controls: [40, 2]."""
    t = np.linspace(0, 1, 40)[:, None]
    controls = [(width * (i + dice.uniform(-0.3, 0.3)) / (points - 1), dice.uniform(0.1, 0.9) * height) for i in range(points)]
    weights = [math.comb(points - 1, i) * t**i * (1 - t) ** (points - 1 - i) for i in range(points)]
    return sum(weight * np.array(control) for weight, control in zip(weights, controls))


def trace(page: np.ndarray, points: np.ndarray, colour: Tone, thick: int) -> None:
    cv2.polylines(page, [np.round(points * 8).astype(np.int32)], False, colour, thick, cv2.LINE_AA, 3)


def dots(dice: random.Random, page: np.ndarray, count: int, colour: Tone | None = None, radius: int = 0) -> None:
    """Single pixels, or discs; each of a random colour if none is given."""
    for _ in range(count):
        cv2.circle(page, spot_on(dice, page), radius, colour or tone(dice, 0, 255), -1)


def wave(page: np.ndarray, rise: float, length: float, phase: float, upright: bool = False) -> np.ndarray:
    """Rows (or columns, if upright) moved by a sine of `rise` pixels and `length` pixels a turn."""
    ys, xs = np.mgrid[: page.shape[0], : page.shape[1]].astype(np.float32)
    if upright:
        xs = xs + np.float32(rise) * np.sin(ys * (2 * math.pi / length) + phase)
    else:
        ys = ys + np.float32(rise) * np.sin(xs * (2 * math.pi / length) + phase)
    return cv2.remap(page, xs.astype(np.float32), ys.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
