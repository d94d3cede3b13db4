"""The text captchas of large portals, shops and boards from 2004 to 2020."""

import random

import cv2
import numpy as np

from fonts import Fonts, load
from likeness.kit import CLEAR, MONO, Picture, SANS, SERIF, Tone, bezier, dots, faces, letter, line_of, paste, plain
from likeness.kit import spin, string, tone, trace, wave
from wording import DIGITS, word

BOLD = tuple(f"{name.rstrip('-')}-Bold" for name in SANS + SERIF)
TELLING = "abdefghkmnrtuyABDEFGHJLMNQRT2345678"  # both cases, but only such as differ in more than size
SMALL = "abdefghkmnprtuyxz"
UNLIKE = ("rn", "rm", "ri", "cl", "ci", "vv", "ii", "nn", "ll", "il", "li")  # pairs that look like one letter where they touch
# Seven bars: from and to, across and down; and which of them each digit lights.
BARS = {"a": (0, 0, 1, 0), "b": (1, 0, 1, 1), "c": (1, 1, 1, 2), "d": (0, 2, 1, 2), "e": (0, 1, 0, 2), "f": (0, 0, 0, 1), "g": (0, 1, 1, 1)}
LIT = dict(zip(DIGITS, ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")))


def invented(dice: random.Random, least: int, most: int, cases: bool = True) -> str:
    """A word one can say, in small letters, with a capital, or in capitals; its case can be told from its first letters."""
    while True:
        text = word(dice) if cases else word(dice).lower()
        told = not cases or (text[0].lower() not in "ilocsuvwxz" and set(text[:3].lower()) & set("abdefghnrt"))
        if least <= len(text) <= most and told and not any(pair in text for pair in UNLIKE):
            return text


def close(dice: random.Random, text: str, path: str, gap: float, turn: float = 0, rise: float = 0, grow: float = 0,
          fat: int = 0, dim: float = 1, hollow: bool = False, swing: bool = False) -> np.ndarray:  # fmt: skip
    """A mask of letters 56 pixels high set by their true outlines, `gap` pixels apart (they overlap if it is less than 0);
    `turn`: at most, in degrees, to either side by turns if `swing`."""
    font, reach, x, far = load(path, 56), np.full(400, -9999), 40, 0
    cap, page, brush = font.getbbox("H"), np.zeros((400, 300 * len(text) + 200), np.uint8), np.ones((3, 3), np.uint8)
    fat *= letter(path, "o", 56).mean() < 165  # a very heavy face would be filled up
    for at, character in enumerate(text):
        box, scale = font.getbbox(character), 1 + dice.uniform(-grow, grow)
        angle = turn * (dice.uniform(0.3, 1) * (-1) ** at if swing else dice.uniform(-1, 1))
        mask = cv2.resize(letter(path, character, 56), None, fx=(1 + scale) / 2, fy=scale)
        mask = spin(cv2.dilate(np.pad(mask, 4), brush, iterations=fat) if fat else np.pad(mask, 4), angle)
        top = round(200 + (box[1] + box[3] - cap[1] - cap[3]) / 2 * scale + dice.uniform(-rise, rise) * 56 - mask.shape[0] / 2)
        ink, rows = cv2.dilate((mask > 90).astype(np.uint8), np.ones((9, 1), np.uint8)), slice(top, top + mask.shape[0])
        any_ink = ink.any(1)
        if at:
            x = max(round(float((reach[rows] - np.where(any_ink, ink.argmax(1), 9999)).max()) + gap), x + 8)
        reach[rows] = np.maximum(reach[rows], np.where(any_ink, x + mask.shape[1] - ink[:, ::-1].argmax(1), -9999))
        part, far = page[rows, x : x + mask.shape[1]], max(far, x + mask.shape[1] + 40)
        if hollow:
            part[mask > 128] = 0
            mask = cv2.subtract(cv2.dilate(mask, brush, iterations=2), mask)
        np.maximum(part, mask if dim == 1 else (mask * dice.uniform(dim, 1)).astype(np.uint8), out=part)
    inked_rows = np.flatnonzero(page[:, :far].any(1))
    return page[max(0, inked_rows[0] - 24) : inked_rows[-1] + 25, :far]


def fitted(dice: random.Random, mask: np.ndarray, sizes: tuple[tuple[int, int], ...], margin: int = 4) -> np.ndarray:
    """The mask's ink about as large as a page of one of these sizes allows, somewhere on it; never cut."""
    (height, width), (x, y, w, h) = dice.choice(sizes), cv2.boundingRect((mask > 20).astype(np.uint8))
    room = (width - 2 * margin) / w
    scale = min(room, (height - 2 * margin) / h) * dice.uniform(0.85, 1)
    to = max(1, int(w * min(scale * dice.uniform(0.95, 1.2), room))), max(1, int(h * scale))
    small = cv2.resize(mask[y : y + h, x : x + w], to, interpolation=cv2.INTER_AREA)
    left, top = dice.randint(margin, width - margin - to[0]), dice.randint(margin, height - margin - to[1])
    return np.pad(small, ((top, height - top - to[1]), (left, width - left - to[0])))


def inked(dice: random.Random, mask: np.ndarray, ink: Tone, pale: int = 255) -> np.ndarray:
    """The mask printed on white, or on a ground no darker than `pale`."""
    page = plain(*mask.shape, (255, 255, 255) if dice.random() < 0.6 else tone(dice, pale, 255))
    paste(page, mask, 0, 0, ink)
    return page


def bent(dice: random.Random, page: np.ndarray, step: int, reach: float) -> np.ndarray:
    """Every spot moved by up to about `reach` pixels, neighbours alike over `step` pixels."""
    height, width = page.shape[:2]
    coarse = np.random.default_rng(dice.getrandbits(32)).uniform(-reach, reach, (height // step + 2, width // step + 2, 2))
    moved = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    moved += np.stack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)), 2)
    return cv2.remap(page, moved, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def clouds(dice: random.Random, height: int, width: int, across: int, down: int, layers: int = 1) -> np.ndarray:
    """Cloudy noise around 0, mostly within 1, [h, w, layers]; its largest patches are across x down pixels."""
    rng, out = np.random.default_rng(dice.getrandbits(32)), np.zeros((height, width, layers), np.float32)
    for part in (1, 2, 4):
        coarse = rng.standard_normal((height * part // down + 2, width * part // across + 2, layers), np.float32) * 0.5 / part**0.6
        out += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).reshape(out.shape)
    return out


def black_chain(dice: random.Random, fonts: Fonts) -> Picture:
    """After Amazon and Yahoo: bold black letters leaning to and fro, each touching the next, nothing else."""
    text = string(dice, dice.choice(("ABCEFGHJKLMNPRTUXY", CLEAR, "abdefghkmnprtuxy2345678")), 5, 7)
    path, grow, fat, turn = faces(fonts, dice, text, BOLD), dice.choice((0, 0.12)), dice.choice((0, 0, 1)), dice.uniform(6, 20)
    mask = close(dice, text, path, dice.uniform(-3, 0.5), turn * dice.choice((-1, 1)), dice.choice((0.03, 0.1)), grow, fat, swing=True)
    if dice.random() < 0.6:
        mask = wave(mask, dice.uniform(2, 8), dice.uniform(120, 300), dice.uniform(0, 6))
    mask = fitted(dice, mask, ((70, 200), (72, 290), (50, 160)))
    return inked(dice, mask, (0, 0, 0) if dice.random() < 0.7 else tone(dice, 0, 60)), text


def blotted(dice: random.Random, fonts: Fonts) -> Picture:
    """After reCAPTCHA of 2009: one wavy word of a book face, and one or two ovals in which black and white change places."""
    text = invented(dice, 4, 8)
    mask = close(dice, text, faces(fonts, dice, text, SERIF + SANS), dice.uniform(-1, 3), fat=dice.choice((0, 1)))
    mask = wave(mask, dice.uniform(3, 9), dice.uniform(90, 240), dice.uniform(0, 6))
    mask = wave(mask, dice.uniform(1, 5), dice.uniform(60, 140), dice.uniform(0, 6), True)
    mask = fitted(dice, mask, ((57, 200), (60, 180), (70, 220)), 6)
    x, y, w, h = cv2.boundingRect(mask)
    for _ in range(dice.choice((1, 1, 1, 1, 2))):
        blob, spot = np.zeros_like(mask), (round(x + w * dice.uniform(0.1, 0.9)), round(y + h * dice.uniform(0.25, 0.75)))
        axes = round(w * dice.uniform(0.16, 0.34)), round(h * dice.uniform(0.45, 0.9))
        cv2.ellipse(blob, spot, axes, dice.uniform(-25, 25), 0, 360, 255, -1)
        mask = cv2.absdiff(mask, bent(dice, cv2.GaussianBlur(blob, (3, 3), 0.6), 24, dice.uniform(0, 4)))
    mask = cv2.GaussianBlur(mask, (3, 3), dice.uniform(0.3, 0.7))
    return inked(dice, mask, (0, 0, 0) if dice.random() < 0.7 else tone(dice, 0, 70), 238), text


def crowded_wave(dice: random.Random, fonts: Fonts) -> Picture:
    """After Google of 2010: an invented word in small red, green or blue letters that run into each other on a wave."""
    text = invented(dice, 5, 8, cases=False)
    path = faces(fonts, dice, text, SERIF + ("LiberationSans-Bold", "DejaVuSans-Bold", "OpenSans"))
    mask = close(dice, text, path, dice.uniform(-3, -0.5), 9, 0.05, dice.uniform(0.05, 0.18), dice.choice((0, 0, 1)))
    mask = wave(mask, dice.uniform(5, 14), dice.uniform(140, 320), dice.uniform(0, 6))
    mask = wave(mask, dice.uniform(2, 6), dice.uniform(70, 160), dice.uniform(0, 6), True)
    ink = dice.choice(((200, 20, 20), (10, 130, 40), (20, 50, 190), tone(dice, 0, 150)))
    return inked(dice, fitted(dice, mask, ((70, 200), (60, 180), (80, 260)), 5), ink), text


def thick_arcs(dice: random.Random, fonts: Fonts) -> Picture:
    """After Hotmail: dark blue capitals, each bent another way, among arcs as thick as their strokes, some in the ground's colour."""
    text = string(dice, dice.choice((CLEAR, CLEAR, "ABCDEFGHJKLMNPRSTUVWXYZ")), 6, 8)
    mask = close(dice, text, faces(fonts, dice, text, SANS), dice.uniform(2, 9), 12, 0.1, 0.15, 1)
    mask = bent(dice, mask, dice.choice((20, 28)), dice.uniform(2, 4))
    mask = fitted(dice, mask, ((48, 218), (60, 240), (70, 220)))
    height, width = mask.shape
    letters = mask.copy()
    for ground in [True] * dice.randint(1, 4) + [False] * dice.randint(5, 14):
        arc, first = np.zeros_like(mask), dice.randrange(360)
        axes = (dice.randint(height // 6, height // 2), dice.randint(height // 6, height // 2))
        spot, thick = (dice.randrange(width), dice.randrange(height)), 1 if ground else dice.choice((2, 3))
        cv2.ellipse(arc, spot, axes, dice.randrange(180), first, first + dice.randint(40, 130), 255, thick, cv2.LINE_AA)
        if ground:
            mask = letters = cv2.subtract(mask, arc)
        elif (letters[arc > 128].mean() if (arc > 128).any() else 255) < 30:  # others would change a letter
            mask = np.maximum(mask, arc)
    return inked(dice, mask, dice.choice(((0, 0, 130), (20, 30, 110), (10, 60, 140), tone(dice, 0, 110))), 215), text


def hollow_chain(dice: random.Random, fonts: Fonts) -> Picture:
    """After Baidu and Weibo: letters of outlines only, each partly over the one before, on a wave, with a line through all."""
    text = string(dice, dice.choice(("23456789ABCDEFGHJKMNPRSTUVWXY", "abdeghkmpuy", DIGITS)), 4, 5)
    path, grow, fat = faces(fonts, dice, text, BOLD[: len(SANS)]), dice.choice((0.05, 0.15)), dice.choice((1, 2))
    mask = close(dice, text, path, dice.uniform(-2, 3), 15, 0.06, grow, fat, hollow=True)
    line = bezier(dice, mask.shape[1], mask.shape[0], 4)
    trace(mask, line[dice.choice((0, 4)) : dice.choice((36, 40))], (255, 255, 255), dice.choice((2, 3)))
    mask = wave(mask, dice.uniform(3, 9), dice.uniform(90, 220), dice.uniform(0, 6))
    mask = fitted(dice, mask, ((45, 110), (50, 130), (60, 160), (80, 240)), 3)
    mask = cv2.addWeighted(mask, dice.uniform(1.2, 1.6), mask, 0, 0)
    return inked(dice, mask, dice.choice(((0, 0, 0), (40, 70, 150), tone(dice, 0, 130))), 225), text


def over_photo(dice: random.Random, fonts: Fonts) -> Picture:
    """After QQ and vBulletin: turned letters with an edge of the opposite lightness over what looks like a blurred photograph."""
    text = string(dice, dice.choice((CLEAR, SMALL, TELLING)), 4, 6)
    path, fat = faces(fonts, dice, text, SANS + SERIF), dice.choice((0, 1, 2))
    mask = close(dice, text, path, dice.uniform(3, 24), 28, dice.choice((0.1, 0.25)), 0.15, fat)
    mask = fitted(dice, mask, ((53, 130), (60, 200), (61, 201), (80, 220)))
    height, width = mask.shape
    page = np.array(tone(dice, 70, 200), np.float32) + clouds(dice, height, width, width // 3, height // 2) * dice.uniform(10, 50)
    page += clouds(dice, height, width, width // 4, height // 2, 3) * dice.uniform(5, 35)
    hills = [np.concatenate([bezier(dice, width, height, 5) * 1.1 - 6, [[width, height * 2], [0, height * 2]]]).astype(np.int32)]
    page -= cv2.fillPoly(plain(height, width, (0, 0, 0)), hills, tone(dice, 0, 80))
    light, dark = [tone(dice, 205, 255) for _ in range(2)], [tone(dice, 0, 80) for _ in range(2)]
    inks, edges, least, most = (light, dark, 0, 175) if dice.random() < 0.5 else (dark, light, 85, 255)
    page = cv2.GaussianBlur(np.clip(page, least, most).astype(np.uint8), (3, 3), 0.7)
    dots(dice, page, dice.choice((0, 0, 60)))
    paste(page, cv2.dilate(mask, np.ones((3, 3), np.uint8), iterations=dice.choice((1, 1, 2))), 0, 0, edges[0], dice.uniform(0.75, 1))
    paste(page, mask, 0, 0, inks[0])
    paste(page, (mask * np.linspace(0, 1, width)).astype(np.uint8), 0, 0, inks[1])
    return page, text


def brushed_metal(dice: random.Random, fonts: Fonts) -> Picture:
    """After Steam: light letters, some dimmer than others, on dark grey clouds with a gradient, thin light and dark lines."""
    text = string(dice, CLEAR + "@%&" * (dice.random() < 0.3), 5, 7)
    path, fat = faces(fonts, dice, text, SANS), dice.choice((0, 1, 1))
    mask = close(dice, text, path, dice.uniform(3, 14), 12, 0.08, 0.1, fat, dice.uniform(0.6, 1))
    mask = bent(dice, fitted(dice, mask, ((40, 206), (50, 200), (60, 220))), 30, 1.5)
    height, width = mask.shape
    shade = np.linspace(dice.uniform(-25, 25), dice.uniform(-25, 25), width, dtype=np.float32)[None, :, None]
    shade = shade + clouds(dice, height, width, dice.choice((30, 60, 120)), dice.choice((4, 8, 20))) * dice.uniform(12, 30)
    tint = np.array([0, dice.randint(0, 6), dice.randint(0, 16)], np.float32)
    page = np.clip(dice.uniform(45, 75) + shade + tint, 10, 120).astype(np.uint8)
    lines = [0 if dice.random() < 0.4 else dice.randint(90, 170) for _ in range(dice.randint(2, 8))]
    for at, grey in enumerate(lines):
        if at == max(0, len(lines) - 2):  # the last two lie over the letters
            paste(page, mask, 0, 0, dice.choice(((245, 245, 245), (225, 232, 240), (235, 228, 205))))
        trace(page, bezier(dice, width, height, dice.choice((2, 3))), (grey, grey, grey), 1)
    return page, text


def many_threads(dice: random.Random, fonts: Fonts) -> Picture:
    """After mail.ru and VK: grey or blue letters of uneven size among many thin wavy lines of the same colour, all moved alike."""
    text = string(dice, dice.choice((TELLING, "2345678abdehkmnpqsuvxyz", DIGITS)), 4, 7)
    path, fat = faces(fonts, dice, text, SANS + SERIF), dice.choice((1, 1, 2))
    mask = close(dice, text, path, dice.uniform(1, 8), 16, 0.1, 0.14, fat)
    mask = fitted(dice, mask, ((50, 130), (60, 180), (80, 240)), 7)
    height, width = mask.shape
    xs, rise, length, slope = np.arange(-4, width + 5, 3), dice.uniform(2, 7), dice.uniform(30, 120), dice.uniform(-0.3, 0.3)
    threads, each = np.zeros_like(mask), dice.uniform(6, 12)
    for level in np.arange(-height * 0.3, height * 1.3, each):
        ys = level + slope * (xs - width / 2) + rise * np.sin(xs / length * 6.3 + dice.uniform(0, 1.5))
        trace(threads, np.stack([xs, ys], 1), (255, 255, 255), 1)
    mask = bent(dice, np.maximum(mask, (threads * dice.uniform(0.4, 0.85)).astype(np.uint8)), 28, dice.uniform(1, 3.5))
    return inked(dice, mask, dice.choice(((70, 100, 150), (90, 90, 90), (30, 60, 140), tone(dice, 20, 130))), 228), text


def stretched_pair(dice: random.Random, fonts: Fonts) -> Picture:
    """After Wikipedia: two short words run into one, tall and low letters by turns, leaning this way and that, frayed edges."""
    text = invented(dice, 3, 5, cases=False) + invented(dice, 3, 5, cases=False)
    path, tall = faces(fonts, dice, text, SERIF + SANS), dice.uniform(1, 1.7)
    mask = close(dice, text, path, dice.uniform(1, 6), fat=dice.choice((0, 0, 1)))
    ys, xs = np.mgrid[: round(mask.shape[0] * tall), : mask.shape[1]].astype(np.float32)
    squeeze = 1 + dice.uniform(0.15, 0.38) * np.sin(xs[0] / dice.uniform(14, 50) + dice.uniform(0, 6))
    xs += dice.uniform(0, 5) * np.sin(ys / dice.uniform(10, 25)) + dice.uniform(0, 4) * np.sin(ys / 60 + xs / 40)
    mask = cv2.remap(mask, xs, (ys / tall - mask.shape[0] / 2) * squeeze.astype(np.float32) + mask.shape[0] / 2, cv2.INTER_LINEAR)
    mask = fitted(dice, bent(dice, mask, 4, dice.uniform(0.3, 1.8)), ((60, 240), (70, 256), (80, 300)))
    return inked(dice, mask, tone(dice, 0, 110) if dice.random() < 0.4 else (dice.randint(0, 90),) * 3, 235), text


def tiles(dice: random.Random, fonts: Fonts) -> Picture:
    """After phpBB's boards: each letter of another face and size in a box of another colour, light or dark."""
    text = string(dice, dice.choice((CLEAR, DIGITS, TELLING)), 4, 7)
    box, tall, gap = dice.randint(24, 42), dice.randint(30, 52), dice.choice((0, 0, 2, 5))
    page = plain(tall + 2 * gap, len(text) * (box + gap) + gap, dice.choice(((255, 255, 255), (0, 0, 0), tone(dice, 0, 255))))
    net, frame, paths = dice.random() < 0.35, dice.random() < 0.5, [faces(fonts, dice, text, SANS + SERIF + MONO) for _ in range(3)]
    for at, character in enumerate(text):
        ground, ink = (tone(dice, 0, 95), tone(dice, 200, 255)) if dice.random() < 0.5 else (tone(dice, 160, 255), tone(dice, 0, 90))
        fade = np.linspace(0, dice.choice((0, 30)), tall)[:, None, None] * (1 if ground[0] > 130 else -1)
        tile = np.clip(plain(tall, box, ground) + fade, 0, 255).astype(np.uint8)
        mask = spin(np.pad(letter(dice.choice(paths), character, 56), 2), dice.uniform(-18, 18))
        fit = min((box - 2) / mask.shape[1], (tall - 2) / mask.shape[0]) * dice.uniform(0.7, 1)
        mask = cv2.resize(mask, None, fx=fit, fy=fit, interpolation=cv2.INTER_AREA)
        if net:
            dots(dice, tile, box * tall // 40, tuple((v + w) // 2 for v, w in zip(ground, ink)))
        paste(tile, mask, dice.uniform(1, box - 1 - mask.shape[1]), dice.uniform(1, tall - 1 - mask.shape[0]), ink)
        if frame:
            cv2.rectangle(tile, (0, 0), (box - 1, tall - 1), ink, 1)
        page[gap : gap + tall, gap + at * (box + gap) : (at + 1) * (box + gap)] = tile
    return page, text


def dithered(dice: random.Random, fonts: Fonts) -> Picture:
    """After Discuz: hollow or full letters with a shadow over large pale letters, in a palette of few colours, dithered."""
    text = string(dice, dice.choice((CLEAR, CLEAR, DIGITS)), 4, 5)
    mask = close(dice, text, faces(fonts, dice, text, BOLD), dice.uniform(5, 14), 15, 0.08, 0.1, dice.choice((0, 1)))
    mask = fitted(dice, mask, ((30, 100), (60, 150), (70, 170)), 4)
    height, width = mask.shape
    slope = np.linspace(tone(dice, 200, 255), tone(dice, 200, 255), width, dtype=np.float32)[None]
    page, behind = np.repeat(slope, height, 0), faces(fonts, dice, CLEAR, SANS)
    for _ in range(dice.choice((0, 4, 8))):
        pale = cv2.resize(letter(behind, dice.choice(CLEAR), 56), None, fx=height / 60, fy=height / 60)
        left, top = dice.uniform(-9, width - 9), dice.uniform(-9, height * 0.5)
        paste(page, spin(pale, dice.uniform(-40, 40)), left, top, tone(dice, 140, 215), dice.uniform(0.3, 0.6))
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8)) if height > 40 and dice.random() < 0.5 else mask * 0
    paste(page, mask, 2, 2, tone(dice, 0, 130), dice.uniform(0.3, 0.6))
    paste(page, mask, 0, 0, tone(dice, 0, 110))
    paste(page, inner, 0, 0, tone(dice, 225, 255))
    levels = dice.choice((4, 5, 6))
    order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 + 1 / 32
    order = np.tile(order, (height // 4 + 1, width // 4 + 1))[:height, :width, None]
    return (np.floor(page / 255 * (levels - 1) + order).clip(0, levels - 1) * (255 / (levels - 1))).astype(np.uint8), text


def seven_bars(dice: random.Random, fonts: Fonts) -> Picture:
    """After counters of shops and banks: slanted digits of seven bars, or of lamps in rows, on a display or on paper."""
    lit = dice.choice(((255, 60, 40), (90, 255, 90), (255, 190, 40), (90, 200, 255), tone(dice, 180, 255)))
    glass, print_ = ((176, 190, 160), (166, 180, 150), (35, 45, 35)), ((255, 255, 255), (238, 238, 238), tone(dice, 0, 130))
    ground, unlit, lit = dice.choice((((12, 12, 12), (42, 40, 42), lit), glass, print_))
    text, height, thick, seen = string(dice, DIGITS, 4, 8), dice.randint(36, 70), dice.uniform(0.09, 0.17), dice.random() < 0.6
    tall, lean, lamps = height * dice.uniform(0.6, 0.8), dice.uniform(0, 0.2), dice.random() < 0.3
    wide, gap, bold = tall * dice.uniform(0.48, 0.6), tall * dice.uniform(0.2, 0.4), max(1, round(tall * thick * 0.8))
    page = plain(height, round(len(text) * (wide + gap) + gap + lean * tall), ground)
    for at, digit in enumerate(text):
        left, top = gap + at * (wide + gap), (height - tall) / 2 * dice.uniform(0.5, 1.5)
        for bar, colour in [(bar, unlit) for bar in BARS if seen] + [(bar, lit) for bar in LIT[digit]]:
            ends = np.array(BARS[bar], float).reshape(2, 2)
            ends = np.stack([left + ends[:, 0] * wide + (2 - ends[:, 1]) * lean * tall / 2, top + ends[:, 1] * tall / 2], 1)
            for part in np.linspace(ends[0], ends[1], 5) if lamps else ():
                cv2.circle(page, tuple(int(v * 8) for v in part), bold * 4, colour, -1, cv2.LINE_AA, 3)
            if not lamps:
                trace(page, ends + (ends[::-1] - ends) * thick * 0.5, colour, bold)
    dots(dice, page, dice.choice((0, 20, 60)), lit)
    for _ in range(dice.choice((0, 0, 0, 1, 2))):
        trace(page, bezier(dice, page.shape[1], height, 3), lit, 1)
    return wave(page, dice.choice((0, 2, 3)), dice.uniform(60, 200), dice.uniform(0, 6)), text


def watermarked(dice: random.Random, fonts: Fonts) -> Picture:
    """After forms of offices: letters pressed into pale paper, light on one side, dark on the other, over small faint text."""
    text = string(dice, dice.choice((CLEAR, TELLING, DIGITS)), 4, 7)
    mask = close(dice, text, faces(fonts, dice, text, BOLD), dice.uniform(4, 14), 10, 0.06, 0.06, dice.choice((0, 1)))
    mask = fitted(dice, mask, ((50, 180), (60, 200), (80, 260)), 5)
    (height, width), strip = mask.shape, plain(dice.randint(14, 22), 90, (0, 0, 0))
    small = dice.choice(("SECURE", "COPY", "verify", "FORM21", "office", invented(dice, 4, 6)))
    line_of(strip, small, faces(fonts, dice, small, SANS), 10, [(255, 255, 255)], 4, strip.shape[0] / 2, 0.1)
    rows = [np.roll(np.tile(strip[:, :, 0], (1, 5)), at * 37, 1) for at in range(450 // strip.shape[0])]
    turn = cv2.getRotationMatrix2D((225, 225), dice.choice((0, 20, 30, -25, 45)), 1)
    faint = cv2.warpAffine(np.concatenate(rows), turn, (450, 450))[180 : 180 + height, 90 : 90 + width]
    page = plain(height, width, dice.choice(((228, 228, 228), (226, 222, 205), (212, 226, 215), (212, 220, 232)))).astype(np.float32)
    paste(page, faint, 0, 0, tone(dice, 110, 170), dice.uniform(0.2, 0.5))
    cover, deep, side = mask.astype(np.float32) / 255, 1 + (height > 70), dice.choice((-1, 1))
    relief = np.roll(cover, (-deep, -side * deep), (0, 1)) - np.roll(cover, (deep, side * deep), (0, 1))
    relief = cv2.GaussianBlur(relief, (3, 3), 0.6) * dice.uniform(70, 110) * dice.choice((-1, 1)) - cover * dice.uniform(25, 60)
    return np.clip(page + relief[:, :, None], 0, 255).astype(np.uint8), text
