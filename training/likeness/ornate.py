"""The large families of commercial makers: letters told from the ground by pattern, light, cuts or glow."""

import math
import random
from functools import lru_cache

import cv2
import numpy as np

from fonts import Fonts, load, stamp
from likeness.kit import CLEAR, SANS, SERIF, Picture, Tone, faces, letter, paste, plain, spin, string, tone, wave
from wording import DIGITS, LOWER, UPPER

MIXED = "23456789ABDEFGHJKLMNQRTYabdefhijmnrt"  # both cases, but none that only its size tells from the other
BOLD = (*(f"{name}-Bold" for name in (*SANS, *SERIF)), "Lato-Black", "Lato-Bold", "Roboto-Black", "Roboto-Bold", "OpenSans-ExtraBold")
ANY = (*SANS, *SERIF, *BOLD, "Lato", "Roboto", "Comic", "Averia")
RIM = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))


@lru_cache(maxsize=4000)
def heft(path: str) -> float:
    """How thick a font's strokes are, in parts of its size; 0 if hollow, in pieces, or with capitals for small letters."""
    mask = np.pad((letter(path, "5", 64) > 100).astype(np.uint8), 1)
    outer, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    solid = len(outer) == 1 and cv2.drawContours(mask.copy(), outer, -1, 1, -1).sum() < mask.sum() * 1.1
    cased = min(float((stamp(letter(path, c, 64)) * stamp(letter(path, c.upper(), 64))).sum()) for c in "aegr") < 0.8
    return solid * cased * float(cv2.distanceTransform(mask, cv2.DIST_L2, 5).max()) * 2 / 64


def fattened(mask: np.ndarray, grow: float, size: float) -> np.ndarray:
    """A letter with strokes thicker by `grow` pixels on each side, but by so few that its holes stay open."""
    by = max(0, round(min(grow, size * 0.03)))
    return cv2.dilate(np.pad(mask, by), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1,) * 2)) if by else mask


def face_of(dice: random.Random, fonts: Fonts, text: str, names: tuple[str, ...], thick: float) -> str:
    """A font whose strokes are neither hollow nor far too slim."""
    tried = (faces(fonts, dice, text, names) for _ in range(6))
    return next((path for path in tried if heft(path) >= max(0.05, thick * 0.6)), fonts.usual)


def set_text(dice: random.Random, fonts: Fonts, heights: tuple[int, int] = (40, 100), names: tuple[str, ...] = BOLD, thick: float = 0.1,
             turn: float = 10, gap: tuple[float, float] = (0.08, 0.22), rim: int = 2) -> tuple[str, np.ndarray]:
    """A text and the page of each letter, none cut off: 0 to 1 [letters, h, w]. `thick`: strokes at least, in parts of the size;
    `gap`: between letters, in sizes; `rim`: pixels around each letter that stay free."""  # fmt: skip
    long = dice.choices((4, 5, 6, 7, 8), (26, 34, 25, 9, 6))[0]
    text = string(dice, dice.choice((CLEAR, CLEAR, DIGITS, UPPER, LOWER, CLEAR.lower(), MIXED)), long, long)
    path, height, between = face_of(dice, fonts, text, names, thick), dice.randint(*heights), dice.uniform(*gap)
    size = height * dice.uniform(0.68, 0.84)
    for _ in range(4):
        masks = [fattened(letter(path, character, size), (thick - heft(path)) * size / 2, size) for character in text]
        needed = sum(mask.shape[1] + between * size for mask in masks) + 0.25 * size + 2 * rim
        if needed <= 300 and max(mask.shape[0] for mask in masks) < height * 0.9 - 2 * rim:
            break
        size *= min(300 / needed, 0.88)
    height = min(height, max(heights[0], round(size * 1.7)))
    width = min(300, max(120, height * 2, round(needed * dice.uniform(1.0, 1.2))))
    sheets, font = np.zeros((long, height, width), np.uint8), load(path, max(6, round(size)))
    x, cap, free = (width - needed) / 2 + (0.125 + between / 2) * size + rim, font.getbbox("H"), dice.uniform(0.02, 0.08)
    for sheet, character, mask in zip(sheets, text, masks):
        box, wide = font.getbbox(character), mask.shape[1]
        mask = spin(mask, dice.uniform(-turn, turn) * dice.choice((0.3, 1)))
        inked = np.flatnonzero(mask.max(1) > 60)
        mask = mask[inked[0] : inked[-1] + 1] if len(inked) else mask
        top = (height + box[1] + box[3] - cap[1] - cap[3]) / 2 + dice.uniform(-free, free) * size - mask.shape[0] / 2
        top = max(0, round(min(max(top, 1 + rim), height - 1 - rim - mask.shape[0])))
        left = max(0, min(round(x + (wide - mask.shape[1]) / 2), width - mask.shape[1]))
        to = sheet[top : top + mask.shape[0], left : left + mask.shape[1]]
        to[:] = mask[: to.shape[0], : to.shape[1]]
        x += wide + between * size
    return text, sheets / np.float32(255)


def hues(dice: random.Random, count: int, dark: bool) -> list[Tone]:
    """One colour for all letters, or one for each: dark, or light."""
    made = [tone(dice, 0, 115) if dark else tone(dice, 165, 255) for _ in range(count if dice.random() < 0.4 else 1)]
    return (made * count)[:count]


def ink(page: np.ndarray, cover: np.ndarray, colour: Tone | np.ndarray) -> np.ndarray:
    """The page with a colour, or another page, laid on through the cover (0 to 1)."""
    return page + (np.asarray(colour, np.float32) - page) * cover[..., None]


def painted(page: np.ndarray, sheets: np.ndarray, colours: list[Tone]) -> np.ndarray:
    """The page with each letter laid on in its colour."""
    return ink(page, sheets.max(0), np.array(colours, np.float32)[sheets.argmax(0)])


def done(page: np.ndarray) -> np.ndarray:
    return np.clip(np.round(page), 0, 255).astype(np.uint8)


def fade(dice: random.Random, shape: tuple[int, ...], least: int, most: int) -> np.ndarray:
    """A ground of one colour, or one that runs from colour to colour: float [h, w, 3]."""
    corners = np.array([[tone(dice, least, most) for _ in range(2)] for _ in range(2)], np.float32)
    return cv2.resize(corners if dice.random() < 0.5 else corners[:1, :1], shape[::-1], interpolation=cv2.INTER_LINEAR)


def clouds(dice: random.Random, shape: tuple[int, ...], grain: float) -> np.ndarray:
    """Smooth noise around 0 with a spread of 1 and blots of about `grain` pixels: float [h, w]."""
    few = np.random.default_rng(dice.getrandbits(32)).standard_normal([math.ceil(side / grain) + 2 for side in shape], np.float32)
    return cv2.resize(few, shape[::-1], interpolation=cv2.INTER_CUBIC)


def ramp(shape: tuple[int, ...], degrees: float) -> np.ndarray:
    """How far each pixel lies along a direction: float [h, w]."""
    ys, xs = np.ogrid[: shape[0], : shape[1]]
    return (xs * math.cos(math.radians(degrees)) + ys * math.sin(math.radians(degrees))).astype(np.float32)


def bands(along: np.ndarray, period: float, phase: float = 0, share: float | np.ndarray = 0.5) -> np.ndarray:
    """Bands of 0 and 1 with soft edges, `share` of each period 1."""
    return np.clip((share / 2 - np.abs(np.mod(along / np.float32(period) + np.float32(phase), 1) - 0.5)) * np.float32(period) + 0.5, 0, 1)


def chess(dice: random.Random, fonts: Fonts) -> Picture:
    """A checkerboard of two colours, which change places inside the letters."""
    text, sheets = set_text(dice, fonts, (50, 100), thick=dice.uniform(0.14, 0.19))
    shape, angle = sheets.shape[1:], dice.choice((0, 0, 45, dice.uniform(0, 90)))
    cell = shape[0] * dice.choice((0.38, 0.42, 0.5, 0.62))
    board = np.abs(bands(ramp(shape, angle), cell * 2, dice.random()) - bands(ramp(shape, angle + 90), cell * 2, dice.random()))
    board = wave(board, dice.choice((0, 0, 1, 2, 4)), dice.uniform(50, 120), dice.uniform(0, 6))
    return done(ink(plain(*shape, tone(dice, 185, 255)), np.abs(board - sheets.max(0)), tone(dice, 0, 100))), text


def split(dice: random.Random, fonts: Fonts) -> Picture:
    """Letters sawn along straight lines, the parts moved apart and in turn of two colours."""
    text, sheets = set_text(dice, fonts, thick=dice.uniform(0.09, 0.15), rim=4)
    shape, angle = sheets.shape[1:], dice.choice((0, 90, 90, dice.uniform(70, 110), dice.uniform(20, 160)))
    far, dark = max(1.2, shape[0] * dice.uniform(0.015, 0.034)), dice.random() < 0.7
    part = bands(ramp(shape, angle), shape[0] * dice.choice((0.4, 0.55, 1.0) if 45 < angle < 135 else (0.3, 0.45, 0.6)), dice.random())
    page, colours = fade(dice, shape, 190 if dark else 0, 255 if dark else 70), [hues(dice, 1, dark)[0] for _ in range(2)]
    page = ink(page, part * np.float32(dice.choice((0, 0, 0.06, 0.15))), tone(dice, 0, 255))
    for sign, share, colour in ((far, part, colours[0]), (-far, 1 - part, dice.choice(colours))):
        move = np.array([[1, 0, -sign * math.sin(math.radians(angle))], [0, 1, sign * math.cos(math.radians(angle))]])
        page = ink(page, cv2.warpAffine(sheets.max(0), move, shape[::-1]) * share, colour)
    return done(page), text


def jail(dice: random.Random, fonts: Fonts) -> Picture:
    """Letters behind the bars or the lattice of a cell, in the letters' colour, another or the ground's."""
    text, sheets = set_text(dice, fonts, (44, 100), thick=dice.uniform(0.12, 0.16))
    shape, dark, kind = sheets.shape[1:], dice.random() < 0.7, dice.choice(("ink", "ground", "other"))
    ground, colours = tone(dice, 195, 255) if dark else tone(dice, 0, 60), hues(dice, len(text), dark)
    page = painted(plain(*shape, ground), sheets, colours)
    first, crossed = dice.choice((0, 0, 45, dice.uniform(-30, 30))), dice.random() < 0.35
    thick = shape[0] * dice.uniform(0.02, {"ink": 0.035, "ground": 0.045, "other": 0.07}[kind]) * (0.6 if crossed else 1)
    bar, thick = {"ink": colours[0], "ground": ground, "other": tone(dice, 90, 190)}[kind], max(1, thick)
    period = max(thick * dice.uniform(3.5, 6) * (1.5 if crossed else 1), shape[0] * 0.11)
    for angle in (first, first + 90)[: 1 + crossed]:
        page = ink(page, bands(ramp(shape, angle), period, dice.random(), thick / period), bar)
    if dice.random() < 0.4:
        cv2.rectangle(page, (0, 0), (shape[1] - 1, shape[0] - 1), bar, dice.randint(1, 3))
    return done(page), text


def blocks(dice: random.Random, fonts: Fonts) -> Picture:
    """Letters laid of square tiles with gaps or with bevelled edges, on a bare ground or on one of tiles too."""
    text, sheets = set_text(dice, fonts, (60, 100), thick=0.12, turn=4)
    cell, dark = max(3, round(sheets.shape[1] / dice.uniform(18, 23))), dice.random() < 0.6
    rows, columns, (hole, light) = sheets.shape[1] // cell, sheets.shape[2] // cell, np.zeros((2, cell, cell))
    tiles = cv2.resize(sheets.max(0), (columns, rows), interpolation=cv2.INTER_AREA) > dice.uniform(0.3, 0.44)
    ground, top = (tone(dice, 190, 255), tone(dice, 0, 105)) if dark else (tone(dice, 0, 70), tone(dice, 170, 255))
    uneven = np.random.default_rng(dice.getrandbits(32)).normal(0, dice.uniform(0, 22), (rows, columns, dice.choice((1, 3))))
    light[0], light[:, 0], light[-1], light[:, -1], hole[:-1, :-1] = 45, 45, -45, -45, 1
    bevel, full = dice.random() < 0.5 and cell > 3, np.ones((cell, cell))
    page = np.kron(np.where(tiles[..., None], top, ground) + uneven, full[..., None]) + np.tile(light * bevel, (rows, columns))[..., None]
    shown = np.tile(full if bevel else hole, (rows, columns)) * np.maximum(np.kron(tiles, full), dice.random() < 0.5)
    return done(ink(plain(*shown.shape, ground), shown, page)), text


def fingerprints(dice: random.Random, fonts: Fonts) -> Picture:
    """Uneven rings of lines over the page, thicker and often darker inside the letters."""
    text, sheets = set_text(dice, fonts, (60, 100), thick=dice.uniform(0.16, 0.2), turn=8)
    mask, shape, dark = cv2.GaussianBlur(sheets.max(0), (0, 0), 0.8), sheets.shape[1:], dice.random() < 0.7
    ys, xs = np.ogrid[: shape[0], : shape[1]]
    far = np.hypot(xs - dice.uniform(0, shape[1]), (ys - dice.choice((-0.2, 0.08, 0.92, 1.2)) * shape[0]) * dice.uniform(0.8, 1.3))
    far += clouds(dice, shape, shape[0] * 0.4) * np.float32(dice.uniform(0, 2.5))
    period, line, slim, fat = dice.uniform(3.5, 5), hues(dice, 1, dark)[0], dice.uniform(0.17, 0.3), dice.uniform(0.66, 0.82)
    inks = ink(plain(*shape, line), mask, np.clip(np.array(line) + dice.choice((0, 0, 50, 90)) * (-1 if dark else 1), 0, 255))
    lines = bands(far + mask * np.float32(dice.choice((0, 0, period / 2))), period, 0, slim + (fat - slim) * mask)
    return done(ink(fade(dice, shape, 200 if dark else 0, 255 if dark else 60), lines, inks)), text


def neon(dice: random.Random, fonts: Fonts) -> Picture:
    """Tubes of light on a dark wall: pale cores, or outlines, in a coloured glow, sometimes with glowing lines behind."""
    text, sheets = set_text(dice, fonts, (46, 100), ANY, 0.06, gap=(0.1, 0.25), rim=3)
    shape, paleness, one = sheets.shape[1:], dice.uniform(0.4, 0.9), dice.random() < 0.5
    wall, tubes, sooty = fade(dice, shape, 0, 45), np.zeros(shape, np.uint8), np.float32(dice.choice((0, 0, 12, 30)))
    wall += np.maximum(bands(ramp(shape, 90), 10, 0, 0.1), bands(ramp(shape, 0), 22, 0, 0.05))[..., None] * sooty
    for _ in range(dice.choice((0, 0, 2, 3))):
        cv2.line(tubes, (0, dice.randrange(shape[0])), (shape[1], dice.randrange(shape[0])), 220, 1, cv2.LINE_AA)
    if dice.random() < 0.45:
        sheets = np.stack([cv2.dilate(sheet, RIM) - cv2.erode(sheet, np.ones((2, 2))) for sheet in sheets])
    colours = [np.insert(np.array(tone(dice, 20, 255)[:2]), dice.randrange(3), 255) for _ in text]
    lamps = ink(np.zeros((*shape, 3), np.float32), tubes / np.float32(255), tone(dice, 60, 200))
    lamps = painted(lamps, sheets, colours[:1] * len(text) if one else colours)
    cover = np.maximum(sheets.max(0), tubes / np.float32(255))
    halo = cv2.GaussianBlur(lamps, (0, 0), 2) * 0.6 + cv2.GaussianBlur(lamps, (0, 0), shape[0] * 0.07) * dice.uniform(0.5, 1.2)
    return done(ink(wall + halo, cover, np.maximum(wall, lamps + (255 - lamps) * np.float32(paleness) * sheets.max(0)[..., None]))), text


def snow(dice: random.Random, fonts: Fonts) -> Picture:
    """Light letters on a dark ground in a storm of soft white discs of all sizes, behind and before them."""
    text, sheets = set_text(dice, fonts, names=ANY, thick=0.11)
    shape, page, shadow = sheets.shape[1:], fade(dice, sheets.shape[1:], 0, 100), np.float32(dice.choice((0, 0.7, 0.7)))
    amount, layers = shape[0] * shape[1] / 1000 * dice.uniform(3, 9), np.zeros((2, *shape), np.uint8)
    for storm, count, largest in ((layers[0], amount, 0.07), (layers[1], amount * 0.7, 0.04)):
        for _ in range(round(count)):
            spot, radius = (dice.randrange(shape[1] * 8), dice.randrange(shape[0] * 8)), 7 + 8 * shape[0] * largest * dice.random() ** 3
            cv2.circle(storm, spot, round(radius), dice.randint(80, 255), -1, cv2.LINE_AA, 3)
    behind, before = (cv2.GaussianBlur(storm, (0, 0), dice.uniform(0.4, 1)) * np.float32(dice.uniform(0.4, 0.9) / 255) for storm in layers)
    shade = cv2.GaussianBlur(cv2.dilate(sheets.max(0), RIM), (0, 0), 1.2) * shadow
    page = ink(ink(page, behind, (255, 255, 255)), shade, page * 0.25)
    return done(ink(painted(page, sheets, hues(dice, len(text), False)), before, (255, 255, 255))), text


def stripes(dice: random.Random, fonts: Fonts) -> Picture:
    """Letters of stripes in one direction on stripes in another, or moved by half a stripe."""
    text, sheets = set_text(dice, fonts, (56, 100), thick=dice.uniform(0.17, 0.21), turn=8, gap=(0.1, 0.2))
    shape, angle, turned = sheets.shape[1:], dice.uniform(0, 180), dice.random() < 0.75
    period, dark, page = min(dice.uniform(3.5, 5.5), shape[0] * 0.06), tone(dice, 0, 100), plain(*shape, tone(dice, 190, 255))
    along = ramp(shape, angle) + clouds(dice, shape, shape[0] * 0.6) * np.float32(dice.choice((0, 0, 0, 1.5, 2.5)))
    across = ramp(shape, angle + dice.uniform(50, 130)) if turned else along + np.float32(period / 2)
    inside = bands(across, period, 0, dice.uniform(0.58, 0.72))
    ground = bands(along, period, 0, dice.uniform(0.3, 0.45)) * np.float32(dice.uniform(0.3, 0.6) if turned else dice.uniform(0.25, 0.45))
    return done(ink(ink(page, ground, dark), sheets.max(0), ink(page, inside, tone(dice, 0, 110) if dice.random() < 0.5 else dark))), text


def bandages(dice: random.Random, fonts: Fonts) -> Picture:
    """Letters cut by strips of the ground in random directions, the strips sometimes with an edge."""
    text, sheets = set_text(dice, fonts, thick=dice.uniform(0.13, 0.17), turn=18)
    shape, dark, layers = sheets.shape[1:], dice.random() < 0.7, np.zeros((2, *sheets.shape[1:]), np.uint8)
    wide = max(1, round(shape[0] * dice.uniform(0.022, 0.045)))
    page = bare = fade(dice, shape, 185 if dark else 0, 255 if dark else 80)
    for sheet, colour in zip(sheets, hues(dice, len(text), dark)):
        page, (ys, xs) = ink(page, sheet, colour), np.nonzero(sheet > 0.5)
        for _ in range(dice.choice((0, 1, 1, 1, 2))):
            at, angle, reach = dice.randrange(len(xs)), dice.uniform(0, math.pi), shape[0] * dice.uniform(0.15, 0.45)
            x, y = reach * math.cos(angle), reach * math.sin(angle)
            for layer, line in zip(layers, (wide + 2, wide)):
                cv2.line(layer, (round(xs[at] - x), round(ys[at] - y)), (round(xs[at] + x), round(ys[at] + y)), 255, line, cv2.LINE_AA)
    page = ink(page, layers[0] * np.float32(dice.choice((0, 0, 0.25, 0.5)) / 255), tone(dice, 90, 170))
    return done(ink(page, layers[1] / np.float32(255), bare)), text


def melting(dice: random.Random, fonts: Fonts) -> Picture:
    """Letters that run down the page in drops, or whose edges and insides are eaten by rust."""
    text, sheets = set_text(dice, fonts, (44, 100), thick=dice.uniform(0.1, 0.15), turn=8, rim=4)
    shape, dark, kind = sheets.shape[1:], dice.random() < 0.6, dice.choice(("drops", "rust", "both"))
    page, bite = fade(dice, shape, 185 if dark else 0, 255 if dark else 75), 0.05 if kind == "drops" else dice.uniform(0.1, 0.22)
    eaten = (clouds(dice, shape, shape[0] * 0.035) * 0.65 + clouds(dice, shape, shape[0] * 0.1) * 0.5) * np.float32(bite)
    for sheet, colour in zip(sheets, hues(dice, len(text), dark)):
        lowest = shape[0] - 1 - np.argmax(sheet[::-1] > 0.5, 0)  # the page's last row where a column is empty
        foot, slim = lowest[lowest < shape[0] - 1].max(), max(1, round(shape[0] * dice.uniform(0.012, 0.025)))
        feet = np.flatnonzero((lowest > foot - shape[0] * 0.1) & (lowest <= foot)).tolist()
        for x in dice.sample(feet, min(len(feet), dice.randint(2, 4))) if kind != "rust" else ():
            to = (x, int(lowest[x]) + round(shape[0] * dice.uniform(0.03, 0.13)))
            cv2.line(sheet, (x, int(lowest[x]) - 2), to, 1, slim)
            cv2.circle(sheet, to, slim, 1, -1)
        page = ink(page, np.clip((cv2.GaussianBlur(sheet, (0, 0), shape[0] * 0.014) - 0.45 + eaten) * 4 + 0.5, 0, 1), colour)
    return done(page), text


def cobweb(dice: random.Random, fonts: Fonts) -> Picture:
    """A spider's web behind or over hollow letters, light on dark or dark on light."""
    text, sheets = set_text(dice, fonts, (50, 100), ANY, 0.1)
    shape, dark, web = sheets.shape[1:], dice.random() < 0.5, np.zeros(sheets.shape[1:], np.uint8)
    page = bare = fade(dice, shape, 195 if dark else 0, 255 if dark else 60)
    for _ in range(dice.choice((1, 1, 2))):
        middle, count = (dice.uniform(0, shape[1]), dice.uniform(0, shape[0])), dice.randint(12, 24)
        angles = np.array([(i + dice.uniform(-0.3, 0.3)) * 2 * math.pi / count for i in range(count)])
        rays = np.stack([np.cos(angles), np.sin(angles)], 1)
        sagging = np.stack([rays, (rays + np.roll(rays, -1, 0)) * dice.uniform(0.42, 0.49)], 1).reshape(-1, 2)
        rings = [sagging * radius for radius in np.arange(8, shape[1], dice.uniform(9, 18))]
        curves = [*rings, *(np.stack([ray * 0, ray * 600]) for ray in rays)]
        cv2.polylines(web, [np.round((curve + middle) * 8).astype(np.int32) for curve in curves], True, 255, 1, cv2.LINE_AA, 3)
    strand, filled = tone(dice, 90, 180) if dark else tone(dice, 70, 160), dice.choice((0.3, 0.7, 1))
    threads = web * np.float32(dice.uniform(0.4, 0.8) / 255)
    page = ink(ink(page, threads, strand), sheets.max(0) * np.float32(filled), bare)
    for sheet, colour in zip(sheets, hues(dice, len(text), dark)):
        page = ink(page, cv2.dilate(sheet, RIM) - cv2.erode(sheet, RIM), colour)
    return done(ink(page, threads * np.float32(dice.choice((0, 0.45))), strand)), text


def overlay(dice: random.Random, fonts: Fonts) -> Picture:
    """Glassy letters that lap over their neighbours, or bold ones before rows of large pale letters."""
    glassy = dice.random() < 0.5
    text, sheets = set_text(dice, fonts, thick=0.12, turn=14, gap=(-0.1, -0.03) if glassy else (0.05, 0.2))
    (height, width), back, pale = sheets.shape[1:], faces(fonts, dice, UPPER, BOLD), [tone(dice, 165, 225) for _ in range(3)]
    page, size, x = fade(dice, (height, width), 215, 255), height * dice.uniform(0.5, 0.75), dice.uniform(-20, 0)
    while x < (dice.choice((width, -99)) if glassy and x < 0 else width):
        for row in range(2):
            paste(page, letter(back, dice.choice(UPPER), size), x, height * (row * 0.5 - 0.03), dice.choice(pale), 0.7)
        x += size * dice.uniform(0.6, 0.8)
    for sheet, colour in zip(sheets, [tone(dice, 0, 140) for _ in text] if glassy else hues(dice, len(text), True)):
        page = ink(page, sheet * np.float32(0.7 if glassy else 0.95), colour)
    return done(page), text
