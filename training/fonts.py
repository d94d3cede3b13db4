"""The fonts of this machine that draw Latin letters and digits, and which characters each can be trusted with."""

import json
import random
import subprocess
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import ImageFont

from page import ALPHABET

HERE = Path(__file__).parent
PLAIN = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "LiberationSerif-Regular.ttf", "FreeSans.ttf")
CORE = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Letters whose two cases have different shapes: tells fonts that draw capitals for small letters.
TELLING = "abdeghnqrt"
SIGNS = "+-×*÷/=?:"


@lru_cache(maxsize=1500)
def load(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def glyph(font: ImageFont.FreeTypeFont, character: str, stroke: int = 0) -> np.ndarray | None:
    """Coverage 0..255 of one character, cropped to its ink; None if there is none."""
    left, top, right, bottom = font.getbbox(character, stroke_width=stroke)
    if right - left < 1 or bottom - top < 1 or right - left > 900 or bottom - top > 900:
        return None
    # Without `stroke_filled`, which getmask does not know, a stroke is an outline around nothing.
    mask, _ = font.getmask2(character, mode="L", stroke_width=stroke, stroke_filled=True)
    if mask.size[0] == 0 or mask.size[1] == 0:
        return None
    return np.frombuffer(bytes(mask), np.uint8).reshape(mask.size[1], mask.size[0])


def stamp(image: np.ndarray) -> np.ndarray:
    """A 24 × 24 zero-mean unit-norm picture of a glyph, keeping its aspect."""
    height, width = image.shape
    scale = 22 / max(height, width)
    small = cv2.resize(
        image, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    page = np.zeros((24, 24), np.float32)
    y, x = (24 - small.shape[0]) // 2, (24 - small.shape[1]) // 2
    page[y : y + small.shape[0], x : x + small.shape[1]] = small
    page = cv2.GaussianBlur(page, (0, 0), 1.2)
    page -= page.mean()
    return page / (np.linalg.norm(page) + 1e-6)


def stamps_of(path: str) -> dict[str, np.ndarray]:
    font = load(path, 40)
    missing = glyph(font, "\uffff")
    out = {}
    for character in ALPHABET + "−":
        image = glyph(font, character)
        if image is None or (missing is not None and image.shape == missing.shape and np.array_equal(image, missing)):
            continue
        if image.max() > 0:
            out[character] = stamp(image)
    return out


def scan() -> dict[str, str]:
    """font file -> the characters it may be used for."""
    listing = subprocess.run(["fc-list", ":", "file"], capture_output=True, text=True, check=True).stdout
    paths = sorted({line.split(":")[0] for line in listing.splitlines()})
    paths = [path for path in paths if path.lower().endswith((".ttf", ".otf", ".woff"))]
    plain = [stamps_of(path) for path in paths if Path(path).name in PLAIN]
    if not plain:
        raise SystemExit("None of the plain fonts was found: install fonts-dejavu-core, fonts-liberation or fonts-freefont-ttf.")
    usable = {}
    for path in paths:
        try:
            found = stamps_of(path)
        except OSError:
            continue

        def likeness(character: str, model: str) -> float:
            return max((float((found[character] * one[model]).sum()) for one in plain if model in one), default=0.0)

        fits = {c: likeness(c, c) for c in CORE if c in found}
        if len(fits) < 36 or float(np.median(list(fits.values()))) < 0.45:
            continue
        good = {c for c, value in fits.items() if value > 0.25}
        capitals = sum(likeness(c, c.upper()) > likeness(c, c) for c in TELLING if c in found)
        twins = [float((found[c] * found[c.upper()]).sum()) for c in TELLING if c in found and c.upper() in found]
        if capitals > len(TELLING) // 2 or (twins and float(np.median(twins)) > 0.85):
            good -= set("abcdefghijklmnopqrstuvwxyz")
        for c in set(found) - set(CORE):  # signs: some fonts draw one for another
            own = likeness(c, c)
            if own > 0.35 and all(likeness(c, other) < own for other in SIGNS if other not in (c, "−" if c == "-" else "-")):
                good.add(c)
        if len(good) >= 30:
            usable[path] = "".join(sorted(good))
    return usable


class Fonts:
    """A fifth of the families is picked as often as the rest, so that plain faces are not drowned by display faces."""

    def __init__(self) -> None:
        cache = HERE / "cache/fonts.json"
        if not cache.exists():
            cache.parent.mkdir(parents=True, exist_ok=True)
            cache.write_text(json.dumps(scan()))
        # Paths of a bundle (subset.py) are relative to the cache.
        found: dict[str, str] = json.loads(cache.read_text())
        self.usable = {str(cache.parent / path): characters for path, characters in found.items()}
        self.paths = sorted(self.usable)
        self.plain = [p for p in self.paths if Path(p).name.startswith(("DejaVu", "Liberation", "Free", "Roboto-", "Arimo"))]
        families: dict[str, list[str]] = {}
        for path in self.paths:
            families.setdefault(str(Path(path).parent), []).append(path)
        self.families = list(families.values())
        self.usual = next((p for name in PLAIN for p in self.paths if Path(p).name == name), self.paths[0])

    @lru_cache(maxsize=200)
    def named(self, beginnings: tuple[str, ...]) -> list[str]:
        """The fonts whose files begin with one of these names."""
        return [path for path in self.paths if Path(path).name.startswith(beginnings)]

    def pick(self, dice: random.Random, wanted: str) -> str | None:
        for _ in range(12):
            if dice.random() < 0.2 and self.plain:
                path = dice.choice(self.plain)
            elif dice.random() < 0.5:
                path = dice.choice(self.paths)
            else:
                path = dice.choice(dice.choice(self.families))
            if all(c in self.usable[path] for c in wanted):
                return path
        return None
