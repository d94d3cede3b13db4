"""Our own renderer: random text in random fonts, bent, over and under clutter, damaged.

    python render.py COUNT FIRST_SEED OUT     one shard: OUT.bin + OUT.txt; picture i follows from FIRST_SEED + i
"""

import random
import sys
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from clutter import base_colour, damage, ground, inks, specks, storm, strokes
from fonts import Fonts
from letters import Style, draw_text
from page import normalise
from tricks import crowd, decoys, finish, ghost, turned
from warp import bend, whole
from wording import wording


def render(fonts: Fonts, seed: int) -> tuple[np.ndarray, str]:
    """One picture, uint8 [h, w, 3] of its own size, and its text."""
    dice = random.Random(seed)
    while True:
        text = wording(dice)
        base = base_colour(dice)
        # Real makers use few tricks at once: seven of ten pictures are clear but for one or two.
        calm = dice.random() < 0.7
        colours = inks(dice, base, dice.randint(2, 5), (0.55, 0.4, 0.3) if calm else (0.55, 0.4, 0.3, 0.2, 0.13))
        size = dice.randint(20, 60) if dice.random() < 0.85 else dice.randint(60, 110)
        style = Style(dice)
        if calm:
            style.opacity = 1
            if dice.random() < 0.6:
                style.fill = "solid"
        stormy = dice.random() < 0.1
        if stormy:  # needs bold letters and little else, or nobody could read it
            calm, style.opacity, style.weight = True, 1, dice.choice((0, 0.03, 0.05, 0.07))
            style.fill = "solid" if dice.random() < 0.85 else "edge"
            style.font_per_letter = dice.random() < 0.4
        line = draw_text(fonts, dice, text, size, colours, style)
        if line is None:
            continue
        cover, colour = bend(dice, *line, size)
        if dice.random() < 0.09:
            cover, colour = turned(dice, cover, colour, 28 if len(text) < 8 else 12)
        height, width = cover.shape
        # Margins in letter heights; a tenth of the pictures is cut tight, a tenth lies in a wide empty page,
        # and some text stands at one side or in a corner of its page.
        space = dice.random()
        across, along = (0.1, 0.1) if space < 0.1 else (1.6, 2.2) if space > 0.9 else (0.6, 1.0)
        left, right = (dice.uniform(0, along) * size for _ in range(2))
        top, bottom = (dice.uniform(0, across) * size for _ in range(2))
        if dice.random() < 0.12:
            left, right = dice.sample((dice.uniform(0.1, 0.8) * size, dice.uniform(1, 6) * size), 2)
            if dice.random() < 0.4:
                top, bottom = dice.sample((top, bottom + dice.uniform(0, 2) * size), 2)
        if dice.random() < 0.04:  # the page ends a little inside the outer letters
            left, right = (-dice.uniform(0, 0.15) * size for _ in range(2))
        if len(text) < 3:
            left, right = left + size * dice.random(), right + size * dice.random()
        page_height, page_width = int(height + top + bottom) + 2, int(width + left + right) + 2
        contrast = abs(float((colours[0] - base).mean()))
        page = ground(dice, page_height, page_width, base, min(0.5, contrast * (0.2 if stormy else 0.8)))
        decoys(dice, fonts, page, base, colours[0], size)
        if dice.random() < 0.05:
            crowd(dice, page, size)
        if stormy:
            storm(dice, page, colours, size, over=False)
        noisy = 0.4 if stormy else dice.random()
        if noisy < 0.3:
            strokes(dice, page, colours, size, over=False)
        if 0.2 < noisy < 0.5:
            specks(dice, page, colours, size)
        if dice.random() < 0.02:  # a picture without text
            text, cover = "", cover * 0
        cut = max(0, -int(left))
        cover, colour = cover[:, cut:], colour[:, cut:]
        y, x = int(top) + 1, max(0, int(left) + 1)
        part = page[y : y + height, x : x + cover.shape[1]]
        cover, colour = cover[:, : part.shape[1]], colour[:, : part.shape[1]]
        if dice.random() < 0.03:
            ghost(dice, part, cover, colour, size)
        if dice.random() < 0.03:
            part += (1 - 2 * part) * cover[:, :, None]  # letters as negatives of what is under them
        else:
            part += (colour - part) * cover[:, :, None]
        if noisy > (0.6 if calm else 0.45):
            strokes(dice, page, colours + [base], size, over=True)
        if noisy > (0.85 if calm else 0.75):
            specks(dice, page, colours + [base], size)
        if stormy:
            storm(dice, page, colours, size, over=True)
        elif dice.random() < 0.02:
            crowd(dice, page, size)
        if not calm:
            finish(dice, page, base, size)
        if dice.random() < 0.06:
            page = whole(dice, page, size)
        picture = damage(dice, page, 0.4 if calm else 1.0)
        return picture, text


def write_shard(out: Path, drawn: Iterable[tuple[np.ndarray, str]]) -> None:
    """OUT.bin and OUT.txt of pictures of any size and their texts."""
    pixels, labels = zip(*((normalise(picture), text) for picture, text in drawn))
    part = out.with_name(out.name + ".bin.part")
    np.stack(pixels).tofile(part)
    out.with_name(out.name + ".txt").write_text("\n".join(labels) + "\n", "utf-8")
    part.rename(out.with_name(out.name + ".bin"))  # last, so that a reader never sees half a shard


def main() -> None:
    count, first_seed, out = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    cv2.setNumThreads(1)
    fonts = Fonts()
    write_shard(out, (render(fonts, first_seed + i) for i in range(count)))


if __name__ == "__main__":
    main()
