"""Training pictures: a growing folder of shards, drawn from at random and lightly altered."""

import math
import random
import re
from pathlib import Path

import cv2
import numpy as np

from page import HEIGHT, WIDTH, encode

# How often each source is drawn, and shards of other sources.
WEIGHTS = {
    "render": 60,
    "famous": 70,
    "svg-captcha": 20,
    "svg-math": 2,
    "trek-captcha": 6,
    "captcha.gif": 14,
    "captchapng": 1,
    "captcha-canvas": 18,
    "haileybot": 20,
    "gd-security-image": 14,
}
OTHERS = 2


class Shard:
    """NAME-SEED.bin: n × 64 × 192 × 3 bytes; NAME-SEED.txt: n lines."""

    def __init__(self, path: Path):
        self.labels = path.with_name(path.name[: -len(".bin")] + ".txt").read_text("utf-8").splitlines()
        self.pixels = np.memmap(path, np.uint8, "r", shape=(len(self.labels), HEIGHT, WIDTH, 3))


def source_of(path: Path) -> str:
    """The NAME of a shard's file."""
    return re.sub(r"-\d+$", "", path.name[: -len(".bin")])


class Shards:
    """Draws samples from all complete shards of a folder; `refresh` picks up those added since."""

    def __init__(self, folder: Path, without: list[str]):
        self.folder, self.without = folder, without
        self.known: set[str] = set()
        self.sources: dict[str, list[Shard]] = {}
        self.refresh()

    def refresh(self) -> None:
        for path in sorted(self.folder.glob("*.bin")):
            source = source_of(path)
            if path.name in self.known or source in self.without:
                continue
            self.known.add(path.name)
            self.sources.setdefault(source, []).append(Shard(path))

    def draw(self, dice: random.Random) -> tuple[np.ndarray, str]:
        names = list(self.sources)
        source = dice.choices(names, [WEIGHTS.get(name, OTHERS) for name in names])[0]
        shard = dice.choice(self.sources[source])
        at = dice.randrange(len(shard.labels))
        return shard.pixels[at], shard.labels[at]


def alter(pixels: np.ndarray, dice: random.Random) -> np.ndarray:
    """Small changes that keep the label: a shift, scale, shear and turn; colours; a little noise."""
    x = pixels
    if dice.random() < 0.5:
        # Half of these are mild, half also shrink the picture (a wide margin) and turn it by up to 6 degrees.
        least, turn = (0.88, 0.0) if dice.random() < 0.5 else (0.7, math.tan(math.radians(6)))
        sx, sy = dice.uniform(least, 1.06), dice.uniform(least, 1.08)
        shear, lift = dice.uniform(-0.12, 0.12), turn * dice.uniform(-1, 1)
        dx = WIDTH * (1 - sx) / 2 + dice.uniform(-5, 5) - shear * HEIGHT / 2
        dy = HEIGHT * (1 - sy) / 2 + dice.uniform(-4, 4) - lift * WIDTH / 2
        matrix = np.array([[sx, shear, dx], [lift, sy, dy]], np.float32)
        x = cv2.warpAffine(x, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if dice.random() < 0.12:
        x = 255 - x
    kind = dice.random()
    if kind < 0.25:
        x = x[:, :, dice.sample((0, 1, 2), 3)]
    elif kind < 0.35:
        x = np.repeat(cv2.cvtColor(np.ascontiguousarray(x), cv2.COLOR_RGB2GRAY)[:, :, None], 3, 2)
    if dice.random() < 0.15:
        curve = 255 * (np.arange(256) / 255) ** dice.uniform(0.5, 1.8)
        x = curve.astype(np.uint8)[x]
    if dice.random() < 0.12:
        grain = np.random.default_rng(dice.getrandbits(32)).normal(0, dice.uniform(2, 14), x.shape)
        x = np.clip(x + grain, 0, 255).astype(np.uint8)
    if dice.random() < 0.08:
        x = cv2.GaussianBlur(np.ascontiguousarray(x), (0, 0), dice.uniform(0.4, 1.1))
    return x


def level(pixels: np.ndarray) -> np.ndarray:
    """Zero mean and unit spread, as the network does it to uint8 input, but a good deal faster."""
    mean, spread = cv2.meanStdDev(pixels.reshape(-1, 1))
    return (pixels - np.float32(mean[0, 0])) * np.float32(1 / (spread[0, 0] + 0.02 * 255))


def batch(shards: Shards, size: int, dice: random.Random) -> tuple[np.ndarray, list[int], list[int]]:
    """Levelled pixels [size, 64, 192, 3], all targets in one row, and the length of each."""
    pictures = np.empty((size, HEIGHT, WIDTH, 3), np.float32)
    targets: list[int] = []
    lengths: list[int] = []
    for i in range(size):
        pixels, label = shards.draw(dice)
        pictures[i] = level(alter(pixels, dice))
        code = encode(label)
        targets += code
        lengths.append(len(code))
    return pictures, targets, lengths
