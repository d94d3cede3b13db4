"""Generators for Python, Ruby, Go and Rust."""

import random

import cv2
import numpy as np

from fonts import Fonts
from likeness.kit import CLEAR, MONO, Picture, SANS, SERIF, bezier, bold, dots, faces, fitted, letter, line_of, paste, plain, spin
from likeness.kit import spot_on, string, tone, trace, wave, width_of
from wording import DIGITS, LOWER, UPPER, sum_text


def warped_letters(dice: random.Random, fonts: Fonts) -> Picture:
    """The captcha package of Python: letters turned and pulled at their corners, thick dots, one arc, all in one colour."""
    text = string(dice, dice.choice((DIGITS, CLEAR, LOWER + DIGITS, UPPER + DIGITS, LOWER + UPPER + DIGITS)), 4, 6)
    path, ink = faces(fonts, dice, text, MONO + SANS), tone(dice, 10, 200)
    page, masks = plain(60, 160, tone(dice, 238, 255)), []
    for character in text:
        mask = spin(np.pad(letter(path, character, dice.choice((42, 50, 56))), 4), dice.uniform(-30, 30))
        height, width = mask.shape
        reach = [dice.uniform(0.1, 0.3) * width / 2, dice.uniform(0.2, 0.3) * height / 2]
        corners = np.array([[0, 0], [0, height], [width, height], [width, 0]], np.float32)
        pulled = corners + np.array([[dice.uniform(-1, 1) * r for r in reach] for _ in corners], np.float32)
        masks.append(cv2.warpPerspective(mask, cv2.getPerspectiveTransform(pulled.astype(np.float32), corners), (width, height)))
    average = sum(mask.shape[1] for mask in masks) / len(masks)
    if sum(mask.shape[1] for mask in masks) > 160:
        wide = plain(60, int(sum(mask.shape[1] for mask in masks)), tuple(int(v) for v in page[0, 0]))
        page = wide
    x = average * 0.1
    for mask in masks:
        paste(page, mask, x, (60 - mask.shape[0]) / 2, ink, dice.uniform(0.86, 1))
        x += mask.shape[1] - dice.uniform(0, 0.25) * average
    page = cv2.resize(page, (160, 60)) if page.shape[1] > 160 else page
    dots(dice, page, 30, ink, 1)
    left, right, top = dice.randint(0, 32), dice.randint(128, 160), dice.randint(12, 48)
    bottom = dice.randint(top, 48)
    cv2.ellipse(page, ((left + right) // 2, (top + bottom) // 2), ((right - left) // 2, (bottom - top) // 2 + 1), 0, 0,
                180 + dice.randint(-20, 20), ink, 1, cv2.LINE_AA)  # fmt: skip
    return page, text


def smoothed(dice: random.Random, fonts: Fonts) -> Picture:
    """wheezy.captcha of Python: large letters turned and pulled, a thick curve, pale specks, smoothed."""
    text, height, width = string(dice, CLEAR, 4, 5), 75, 200
    page, x = plain(height, width, dice.choice(((238, 238, 204), tone(dice, 225, 255)))), dice.uniform(2, 8)
    path, inks = faces(fonts, dice, text, SANS + SERIF), [tone(dice, 0, 170) for _ in range(3)]
    masks = []
    for character in text:
        mask = spin(np.pad(letter(path, character, dice.choice((50, 58, 64))), 8), dice.uniform(-25, 25))
        tall, wide = mask.shape
        corners = np.array([[0, 0], [0, tall], [wide, tall], [wide, 0]], np.float32)
        pulled = corners + np.array([[dice.uniform(-0.12, 0.12) * wide, dice.uniform(-0.1, 0.1) * tall] for _ in corners], np.float32)
        masks.append(cv2.warpPerspective(mask, cv2.getPerspectiveTransform(corners, pulled.astype(np.float32)), (wide, tall)))
    fit = min(1.0, 0.98 * height / max(len(mask) for mask in masks), 190 / (0.9 * sum(mask.shape[1] for mask in masks)))
    for mask in masks:
        mask = cv2.resize(mask, None, fx=fit, fy=fit, interpolation=cv2.INTER_AREA)
        room = (height - len(mask)) / 2
        paste(page, mask, x, room + dice.uniform(-1, 1) * min(6, room), dice.choice(inks))
        x += mask.shape[1] * dice.uniform(0.72, 0.95)
    trace(page, bezier(dice, width, height, 6), dice.choice(inks), dice.choice((2, 3, 4)))
    dots(dice, page, 50, dice.choice(inks), dice.choice((0, 1)))
    return cv2.GaussianBlur(page, (3, 3), dice.uniform(0.4, 0.9)), text


def dotted_digits(dice: random.Random, fonts: Fonts) -> Picture:
    """A Go package's digits: a coarse grid of discs, a line of discs through them, circles, and a wave over all."""
    text, height, width = string(dice, DIGITS, 4, 8), 80, 240
    path, ink = faces(fonts, dice, text, MONO + SANS), tone(dice, 0, 128)
    page = plain(height, width, (255, 255, 255) if dice.random() < 0.7 else tone(dice, 225, 255))
    for _ in range(20):
        pale = tuple(min(255, v + dice.randint(20, 110)) for v in ink)
        cv2.circle(page, (dice.randrange(width), dice.randrange(height)), dice.randint(1, 8), pale, -1, cv2.LINE_AA)
    step = min(height * 0.55 / 18, width * 0.9 / (len(text) * 13)) * dice.uniform(0.85, 1.1)
    x, top = dice.uniform(2, max(3, width - len(text) * 13 * step)), dice.uniform(4, max(5, height - 20 * step))
    for character in text:
        mask = cv2.resize(letter(path, character, 60, 2), (11, 18), interpolation=cv2.INTER_AREA) > 110
        lean, lift = dice.uniform(-0.25, 0.25), dice.uniform(-1.5, 1.5)
        for row, column in np.argwhere(mask):
            spot = (x + (column + lean * (9 - row)) * step, top + (row + lift) * step + step)
            cv2.circle(page, (round(spot[0] * 8), round(spot[1] * 8)), round(step * 8 * 0.56), ink, -1, cv2.LINE_AA, 3)
        x += 13 * step
    level, rise, length = dice.uniform(0.3, 0.7) * height, dice.uniform(4, 16), dice.uniform(60, 180)
    for at in np.arange(0, width, step * 1.2):
        cv2.circle(page, (int(at), int(level + rise * np.sin(at / length * 6.3))), max(1, round(step * 0.5)), ink, -1, cv2.LINE_AA)
    return wave(page, dice.uniform(2, 6), dice.uniform(90, 190), dice.uniform(0, 6)), text


def speckled(dice: random.Random, fonts: Fonts) -> Picture:
    """A second Go package: turned letters on white among coloured specks, with one or two thick curves."""
    text, height, width = string(dice, CLEAR + CLEAR.lower(), 4, 5), 50, 150
    page, path = plain(height, width), faces(fonts, dice, text, SANS)
    dots(dice, page, dice.choice((30, 100, 300)), None, dice.choice((0, 0, 1)))
    ink = tone(dice, 0, 170)
    inks = [ink if dice.random() < 0.5 else tone(dice, 0, 170) for _ in text]
    line_of(page, text, path, height * dice.uniform(0.5, 0.75), inks, 8, height / 2, pitch=138 / len(text), turn=20, rise=0.12, dice=dice)
    for _ in range(dice.choice((1, 2))):
        trace(page, bezier(dice, width, height, 3), ink if dice.random() < 0.5 else tone(dice, 0, 200), dice.choice((1, 2, 3)))
    return page, text


def mixed_faces(dice: random.Random, fonts: Fonts) -> Picture:
    """A third one: letters of many fonts and colours, small pale characters behind, slim or hollow lines across."""
    text, height, width = string(dice, dice.choice((CLEAR.lower(), DIGITS, LOWER + UPPER + DIGITS)), 4, 6), 80, 240
    text = sum_text(dice) if dice.random() < 0.15 else text
    page = plain(height, width, tone(dice, 215, 255))
    for _ in range(dice.choice((0, 20, 40))):
        small = letter(fonts.usual, dice.choice(DIGITS + LOWER), dice.uniform(8, 18))
        paste(page, small, *spot_on(dice, page), tone(dice, 150, 230))
    for at, character in enumerate(text):
        path, size = fonts.pick(dice, character) or fonts.usual, height * dice.uniform(0.42, 0.7) * min(1, 5 / len(text))
        left = width * (0.05 + 0.92 * at / len(text))
        line_of(page, character, path, size, [tone(dice, 0, 160)], left, height / 2, turn=8, rise=0.22, dice=dice)
    kind, level, length = dice.choice(("none", "sine", "hollow")), dice.uniform(0.3, 0.7) * height, dice.uniform(60, 220)
    xs, rise = np.linspace(0, width, 120), dice.uniform(4, 20)
    line = np.stack([xs, level + rise * np.sin(xs / length * 6.3)], 1)
    if kind == "sine":
        trace(page, line, tone(dice, 0, 200), dice.choice((2, 3, 4)))
    elif kind == "hollow":
        outer = tone(dice, 0, 200)
        for shift in (-4, 4):
            trace(page, line + [0, shift], outer, 1)
    return page, text


def gridded(dice: random.Random, fonts: Fonts) -> Picture:
    """A Rust crate: letters of many heights in one or three colours, waved, over or under a net of lines, with grains."""
    text, height, width = string(dice, CLEAR + CLEAR.lower(), 4, 6), 120, 220
    page, inks = plain(height, width), [tone(dice, 0, 160) for _ in range(dice.choice((1, 3)))]
    path = faces(fonts, dice, text, SANS + SERIF)
    size = dice.uniform(46, 62) * min(1.0, 5 / len(text))
    line_of(page, text, path, size, inks, 12, height / 2, pitch=200 / len(text), rise=0.25, turn=6, dice=dice)
    if dice.random() < 0.6:
        step = dice.randint(8, 22)
        for at in range(0, width, step):
            page[:, at : at + 1] = 220 if dice.random() < 0.5 else inks[0]
        for at in range(0, height, step):
            page[at : at + 1] = 220 if dice.random() < 0.5 else inks[0]
    page = wave(page, dice.uniform(2, 8), dice.uniform(60, 150), dice.uniform(0, 6), True)
    page = wave(page, dice.uniform(2, 8), dice.uniform(60, 200), dice.uniform(0, 6))
    if dice.random() < 0.6:
        rng = np.random.default_rng(dice.getrandbits(32))
        lost = rng.random((height, width)) < dice.uniform(0.05, 0.35)
        page[lost] = rng.integers(0, 256, (int(lost.sum()), 3)) if dice.random() < 0.4 else 255
    return page, text


def fat_rings(dice: random.Random, fonts: Fonts) -> Picture:
    """RuCaptcha of Ruby: fat letters of one or of many colours run together, rings and short thick lines of those colours."""
    text, height, width = string(dice, dice.choice((LOWER, LOWER + DIGITS)), 4, 6), 60, 160
    page, inks = plain(height, width), [tone(dice, 20, 190) for _ in range(dice.choice((1, 5)))]
    path = faces(fonts, dice, text, bold(SANS) + ("comic", "Comic", "fredoka", "chewy"))
    size = 44 * min(1.0, 5 / len(text))
    size = fitted(text, path, size, -0.08, 150)
    line_of(page, text, path, size, inks, 8, height / 2, -0.06, 14, 0.08, dice, stroke=dice.choice((0, 1)))
    for _ in range(dice.choice((0, 2, 4))):
        cv2.circle(page, spot_on(dice, page), dice.randint(3, 12), dice.choice(inks), dice.choice((1, 2)), cv2.LINE_AA)
    for _ in range(dice.choice((0, 2, 5))):
        trace(page, bezier(dice, width, height), dice.choice(inks), dice.choice((1, 2, 3)))
    return page, text


def whitened(dice: random.Random, fonts: Fonts) -> Picture:
    """claptcha of Python: black letters set at angles, a line or two, and white and black noise over all of it."""
    text, height, width = string(dice, dice.choice((CLEAR, LOWER + DIGITS, DIGITS)), 4, 7), 60, 200
    page, path = plain(height, width), faces(fonts, dice, text, SANS + SERIF + MONO)
    size = 40 * min(1.0, 6 / len(text))
    size = fitted(text, path, size, 0.08, 175)
    line_of(page, text, path, size, [(0, 0, 0)], 12, height / 2, dice.uniform(0.02, 0.12), 22, 0.06, dice)
    if dice.random() < 0.7:
        trace(page, bezier(dice, width, height, 3), (0, 0, 0), dice.choice((1, 2, 4)))
    rng = np.random.default_rng(dice.getrandbits(32))
    grain = rng.random((height, width)) if dice.random() < 0.5 else rng.random((height, width)) * rng.random((height, width))
    share = dice.uniform(0.1, 0.35)
    page[grain < share] = 255 if dice.random() < 0.6 else 200
    page[grain > 1 - share / 8] = 0
    return page if dice.random() < 0.6 else cv2.GaussianBlur(page, (3, 3), 0.8), text


def many_coloured(dice: random.Random, fonts: Fonts) -> Picture:
    """multicolorcaptcha of Python: a large page, few large letters each of another colour and angle, shapes and lines behind."""
    text, height, width = string(dice, dice.choice((DIGITS, "0123456789ABCDEF", CLEAR)), 4, 5), 216, 384
    page = plain(height, width, tone(dice, 170, 255) if dice.random() < 0.7 else tone(dice, 0, 70))
    dark = int(page[0, 0].sum()) > 380
    for _ in range(dice.choice((3, 8, 14))):
        if dice.random() < 0.4:
            cv2.circle(page, spot_on(dice, page), dice.randint(4, 30), tone(dice, 0, 255), dice.choice((2, -1)), cv2.LINE_AA)
        else:
            cv2.line(page, spot_on(dice, page), spot_on(dice, page), tone(dice, 0, 255), dice.randint(1, 5), cv2.LINE_AA)
    for at, character in enumerate(text):
        path = faces(fonts, dice, character, SANS + SERIF)
        ink = tone(dice, 0, 140) if dark else tone(dice, 130, 255)
        left = width * (0.04 + 0.94 * at / len(text))
        line_of(page, character, path, dice.uniform(70, 105), [ink], left, height / 2, turn=45, rise=0.3, dice=dice)
    return page, text
