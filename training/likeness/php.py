"""Generators for PHP."""

import random

import cv2
import numpy as np

from fonts import Fonts
from likeness.kit import CLEAR, MONO, Picture, SANS, SERIF, bezier, bold, dots, faces, fitted, letter, line_of, paste, plain
from likeness.kit import spot_on, string, tone, trace, wave, width_of
from wording import sum_text, DIGITS, LOWER, UPPER, word


def poles(dice: random.Random, fonts: Fonts) -> Picture:
    """Securimage of PHP: bold letters drawn towards a few poles, thick wavy lines, specks; sums too."""
    text = string(dice, dice.choice((CLEAR, LOWER + UPPER + DIGITS, CLEAR.lower())), 5, 6)
    if dice.random() < 0.15:
        text = sum_text(dice)
    height, width = 80, 215
    path, ink = faces(fonts, dice, text, bold(SANS)), dice.choice(((97, 97, 97), (112, 112, 112), tone(dice, 0, 150)))
    page, gap = plain(height, width), dice.uniform(-0.02, 0.15)
    size = fitted(text, path, dice.uniform(34, 44), gap, width - 12)
    line_of(page, text, path, size, [ink], (width - width_of(text, path, size, gap)) / 2, height / 2, gap, 8, 0.06, dice)
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    x, y = xs.copy(), ys.copy()
    for _ in range(dice.randint(2, 4)):
        px, py, reach = dice.uniform(0, width), dice.uniform(0, height), dice.uniform(0.2, 0.7) * height
        dx, dy = xs - px, ys - py
        far = np.hypot(dx, dy)
        pull = np.where(far < reach, np.sin(np.minimum(far / reach, 1) * np.pi) * dice.uniform(-0.35, -0.1), 0)
        x, y = x + dx * pull, y + dy * pull
    page = cv2.remap(page, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    for _ in range(dice.choice((0, 3, 5, 8))):
        line = bezier(dice, width, height, 3)
        line[:, 1] += np.sin(np.linspace(0, dice.uniform(3, 12), 40)) * dice.uniform(1, 6)
        trace(page, line, ink if dice.random() < 0.6 else tone(dice, 0, 200), dice.choice((1, 1, 2, 3)))
    dots(dice, page, dice.choice((0, 100, 400)), ink)
    return page, text


def waved_word(dice: random.Random, fonts: Fonts) -> Picture:
    """A PHP class of 2007: an invented word in one strong colour, waved both ways at twice the size, made small again."""
    text = word(dice)[:8]
    path = faces(fonts, dice, text, ("jura", "Jura", "StayPuft", "Vera", "lobster-", "DejaVuSans-Bold", "LiberationSerif-Bold"))
    ink = dice.choice(((27, 78, 181), (22, 163, 35), (214, 36, 7), tone(dice, 0, 160)))
    page, size = plain(140, 400), 60.0
    gap = dice.uniform(-0.08, 0.02)
    size = fitted(text, path, size, gap, 370)
    line_of(page, text, path, size, [ink], 20, 76, gap, 8, 0.03, dice)
    page = wave(page, dice.uniform(5, 12), dice.uniform(100, 190), dice.uniform(0, 6), True)
    page = wave(page, dice.uniform(6, 14), dice.uniform(110, 200), dice.uniform(0, 6))
    if dice.random() < 0.3:
        trace(page, bezier(dice, 400, 140), ink, dice.randint(3, 7))
    return cv2.resize(page, (200, 70), interpolation=cv2.INTER_AREA), text


def own_noise(dice: random.Random, fonts: Fonts) -> Picture:
    """ThinkPHP: letters turned far in one colour, a thick sine through them, small pale letters strewn over the ground."""
    text, size = string(dice, dice.choice((CLEAR, CLEAR + CLEAR.lower(), DIGITS)), 4, 5), dice.choice((20, 25, 30))
    height, width = round(size * 2.5), round(len(text) * size * 1.5 + len(text) * size / 2)
    page, ink = plain(height, width, dice.choice(((243, 251, 254), tone(dice, 235, 255)))), tone(dice, 1, 150)
    path = faces(fonts, dice, text, SANS + SERIF + ("StayPuft", "comic", "Comic"))
    for _ in range(dice.choice((0, 10))):
        pale = tone(dice, 150, 225)
        for _ in range(5):
            spot = (dice.uniform(-5, width), dice.uniform(-5, height))
            paste(page, letter(fonts.usual, dice.choice(LOWER + DIGITS), 9), *spot, pale)
    if dice.random() < 0.8:
        xs, rise, length = np.arange(0, width, 0.5), dice.uniform(1, height / 2), dice.uniform(height, width * 2)
        turn = dice.uniform(0, width)
        for first, last in ((0, turn), (turn, width)):
            part = xs[(xs >= first) & (xs < last)]
            level = height / 2 + dice.uniform(-height / 4, height / 4)
            if len(part) > 1:
                trace(page, np.stack([part, level + rise * np.sin(part / length * 6.3 + dice.uniform(-2, 2))], 1), ink, max(1, size // 5))
    line_of(page, text, path, size * 1.33, [ink], size * dice.uniform(0.4, 0.9), height / 2 + dice.uniform(-3, 3), turn=40,
            pitch=size * dice.uniform(1.2, 1.6), dice=dice)  # fmt: skip
    return page, text


def spiral(dice: random.Random, fonts: Fonts) -> Picture:
    """CodeIgniter: text in a plain face over pink spirals of lines, a frame."""
    height, width = dice.choice(((30, 150), (40, 160), (50, 180)))
    text = string(dice, dice.choice((DIGITS + LOWER + UPPER, CLEAR)), 4, 8)
    page, grid = plain(height, width), dice.choice(((255, 182, 182), tone(dice, 150, 225)))
    theta, centre = np.arange(0, 32 * 7) / 32 * 2 * np.pi, (dice.uniform(0, width), dice.uniform(-height, height * 2))
    for back in range(dice.choice((1, 2))):
        radius = theta * dice.uniform(1.5, 4) + back * 7
        points = np.stack([centre[0] + radius * np.cos(theta), centre[1] + radius * np.sin(theta)], 1)
        trace(page, points, grid, 1)
    path, size = faces(fonts, dice, text, SANS + SERIF + MONO), min(height * 0.62, width * 1.3 / len(text))
    line_of(page, text, path, size, [dice.choice(((204, 153, 153), (80, 80, 160), tone(dice, 0, 150)))], dice.uniform(4, 14), height / 2,
            pitch=(width - 18) / len(text), turn=dice.choice((0, 10, 20)), rise=0.1, dice=dice)  # fmt: skip
    cv2.rectangle(page, (0, 0), (width - 1, height - 1), (153, 102, 102), 1)
    return page, text


def textured(dice: random.Random, fonts: Fonts) -> Picture:
    """A Laravel package: letters of several fonts and colours turned a little over a texture, three lines."""
    text, (height, width) = string(dice, dice.choice((CLEAR, CLEAR.lower(), DIGITS)), 4, 6), dice.choice(((36, 120), (46, 160)))
    rng = np.random.default_rng(dice.getrandbits(32))
    rough = cv2.resize(rng.random((height // 6, width // 6, 3), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    ground = np.array(tone(dice, 190, 245)) + (rough - 0.5) * dice.uniform(10, 90) + rng.normal(0, 4, rough.shape)
    page = np.clip(ground, 0, 255).astype(np.uint8)
    for at, character in enumerate(text):
        path = faces(fonts, dice, character, SANS + SERIF)
        size, left = height * dice.uniform(0.55, 0.8), width * (0.06 + 0.9 * at / len(text))
        line_of(page, character, path, size, [tone(dice, 0, 150)], left, height / 2, turn=15, rise=0.08, dice=dice)
    for _ in range(dice.choice((0, 3, 5))):
        cv2.line(page, spot_on(dice, page), spot_on(dice, page), tone(dice, 0, 200), 1, cv2.LINE_AA)
    return page, text


def tiny(dice: random.Random, fonts: Fonts) -> Picture:
    """A WordPress plugin: four capitals with serifs, 24 pixels high, hardly moved."""
    text = string(dice, CLEAR, 4, 4)
    page, path = plain(24, 72), faces(fonts, dice, text, SERIF)
    line_of(page, text, path, dice.choice((17, 18, 19)), [(0, 0, 0)], 6, 12, pitch=15, turn=dice.choice((0, 12)), rise=0.1, dice=dice)
    return page, text


def spicy(dice: random.Random, fonts: Fonts) -> Picture:
    """Yii of PHP: a lower-case word of a fat display face in one blue, letters of many sizes run together."""
    text, height, width = (word(dice) * 2)[: dice.randint(5, 7)].lower(), 50, 120
    path = faces(fonts, dice, text, ("spicy-rice", "chango", "chewy", "lobster", "bubblegum", "sansita", "oleo", "lilita"))
    page, x = plain(height, width), 6.0
    ink, fit = dice.choice(((32, 64, 160), tone(dice, 0, 120))), min(1.0, 105 / width_of(text, path, 26, -0.06))
    for character in text:
        size = dice.uniform(22, 31) * fit
        x = line_of(page, character, path, size, [ink], x, 27, -0.06, 10, 0, dice)
    return page, text


def run_together(dice: random.Random, fonts: Fonts) -> Picture:
    """KCAPTCHA: letters pushed together until they touch, dark on light, waved both ways; sometimes a strip below."""
    text, height, width = string(dice, dice.choice(("23456789abcdegikpqsvxyz", DIGITS, LOWER + DIGITS)), 5, 7), 80, 160
    path = faces(fonts, dice, text, SERIF + SANS + ("DejaVuSerif-Bold", "EBGaramond", "eb-garamond"))
    page, ink, size = plain(height, width, tone(dice, 220, 255)), tone(dice, 0, 90), dice.uniform(38, 50)
    gap = dice.uniform(-0.08, 0.0)
    size = fitted(text, path, size, gap, width - 16)
    left = (width - width_of(text, path, size, gap)) / 2
    line_of(page, text, path, size, [ink], left, height / 2, gap, rise=dice.choice((0.05, 0.12)), dice=dice)
    for upright in (False, True):
        for length in (dice.uniform(45, 110), dice.uniform(70, 170)):
            page = wave(page, dice.uniform(1, 4.5), length, dice.uniform(0, 6.3), upright)
    if dice.random() < 0.4:
        dots(dice, page, dice.choice((60, 200)), dice.choice((ink, (255, 255, 255))))
    if dice.random() < 0.3:
        page = np.concatenate([page, plain(12, width, ink)])
        line_of(page, "captcha", fonts.usual, 9, [(255, 255, 255)], width * 0.3, height + 6, 0.1)
    return page, text


def sprayed(dice: random.Random, fonts: Fonts) -> Picture:
    """phpBB: single bold letters of many sizes on a page of noise, drawn as grains, with lines across."""
    text, height, width = string(dice, CLEAR, 4, 7), 50, dice.choice((200, 320))
    rng = np.random.default_rng(dice.getrandbits(32))
    page = np.clip(np.array(tone(dice, 170, 235)) + rng.normal(0, dice.uniform(8, 35), (height, width, 1)), 0, 255).astype(np.uint8)
    mask = np.zeros_like(page)
    step = (width - 20) / len(text)
    for at, character in enumerate(text):
        path = faces(fonts, dice, character, bold(SANS, SERIF))
        size = min(height * 0.8, step * 1.2) * dice.uniform(0.7, 1)
        left = 10 + step * at + dice.uniform(0, 4)
        line_of(mask, character, path, size, [(255, 255, 255)], left, height / 2, turn=25, rise=0.12, dice=dice)
    grains = rng.random((height, width, 1)) < dice.uniform(0.6, 1)
    page = np.where((mask > 128) & grains, np.array(tone(dice, 0, 120), np.uint8), page).astype(np.uint8)
    for _ in range(dice.choice((0, 2, 5))):
        cv2.line(page, (0, dice.randrange(height)), (width, dice.randrange(height)), tone(dice, 60, 200), 1)
    return page, text


def tutorial(dice: random.Random, fonts: Fonts) -> Picture:
    """What countless tutorials draw with GD: a bitmap face or a plain one, pixels and lines of one colour."""
    text, (height, width) = string(dice, dice.choice((DIGITS, CLEAR, LOWER + DIGITS)), 4, 6), dice.choice(((20, 60), (25, 80), (40, 120)))
    ground = tone(dice, 200, 255) if dice.random() < 0.8 else tone(dice, 0, 60)
    page = plain(height, width, ground)
    near = [(tone(dice, 120, 220) if sum(ground) > 380 else tone(dice, 40, 140)) for _ in range(3)]
    for _ in range(dice.choice((0, 3, 6))):
        cv2.line(page, spot_on(dice, page), spot_on(dice, page), dice.choice(near), 1)
    dots(dice, page, dice.choice((20, 60, 150)) * height // 25, dice.choice(near) if dice.random() < 0.6 else None)
    ink = [(tone(dice, 0, 130) if sum(ground) > 380 else tone(dice, 170, 255)) for _ in range(dice.choice((1, len(text))))]
    path = faces(fonts, dice, text, ("DejaVuSansMono-Bold", "LiberationMono-Bold", "VeraMoBd", "DejaVuSans.ttf", "vt323"))
    line_of(page, text, path, min(height * 0.65, width * 1.3 / len(text)), ink, width * 0.06, height / 2, pitch=width * 0.9 / len(text),
            rise=dice.choice((0, 0.12)), dice=dice)  # fmt: skip
    return page, text
