"""All training pictures in an accelerator's memory, drawn and altered there in batches: what data.py does one by one."""

import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from data import OTHERS, WEIGHTS, Shard, source_of
from page import HEIGHT, WIDTH, encode

LONGEST = 24  # characters of a label; pictures with more are left out


class Pool:
    """Grows as shards arrive in a folder, up to `capacity` pictures (36 kB each). `refresh` looks for new ones."""

    def __init__(self, folder: Path, device: torch.device, capacity: int):
        self.folder, self.capacity, self.count = folder, capacity, 0
        self.pixels = torch.empty((capacity, HEIGHT, WIDTH, 3), dtype=torch.uint8, device=device)
        self.codes = np.zeros((capacity, LONGEST), np.int64)
        self.lengths = np.zeros(capacity, np.int64)
        self.known: set[str] = set()
        self.members: dict[str, np.ndarray] = {}  # source -> where its pictures lie

    def refresh(self, at_most: float = math.inf) -> None:
        """Takes in new shards; starts none after `at_most` seconds."""
        until = time.monotonic() + at_most
        for path in sorted(self.folder.glob("*.bin"), key=lambda path: path.stat().st_mtime):
            if path.name not in self.known and self.count < self.capacity and time.monotonic() < until:
                self.known.add(path.name)
                self.add(source_of(path), Shard(path))

    def add(self, source: str, shard: Shard) -> None:
        kept = [i for i, label in enumerate(shard.labels) if len(label) <= LONGEST][: self.capacity - self.count]
        start, self.count = self.count, self.count + len(kept)
        pixels = torch.from_numpy(np.array(shard.pixels))
        self.pixels[start : self.count] = pixels[torch.tensor(kept)].to(self.pixels.device)
        for at, i in enumerate(kept, start):
            code = encode(shard.labels[i])
            self.codes[at, : len(code)], self.lengths[at] = code, len(code)
        before = self.members.get(source, np.empty(0, np.int64))
        self.members[source] = np.concatenate([before, np.arange(start, self.count)])

    def draw(self, size: int, without: list[str], dice: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """uint8 [size, 64, 192, 3] on the device; all labels in one row and the length of each, both on the CPU."""
        names = [name for name in self.members if name not in without]
        shares = np.array([WEIGHTS.get(name, OTHERS) for name in names], float)
        counts = dice.multinomial(size, shares / shares.sum())
        chosen = dice.permutation(np.concatenate([dice.choice(self.members[name], n) for name, n in zip(names, counts)]))
        lengths = self.lengths[chosen]
        codes = self.codes[chosen][np.arange(LONGEST) < lengths[:, None]]
        pixels = self.pixels[torch.from_numpy(chosen).to(self.pixels.device)]
        return pixels, torch.from_numpy(codes), torch.from_numpy(lengths)


def some(size: int, share: float, device: torch.device) -> Tensor:
    """[size, 1, 1, 1]: 1 for about this share of the batch, 0 for the rest."""
    return (torch.rand(size, 1, 1, 1, device=device) < share).float()


def between(size: int, least: float, most: float, device: torch.device) -> Tensor:
    """[size], evenly drawn."""
    return torch.rand(size, device=device) * (most - least) + least


def placed(x: Tensor) -> Tensor:
    """Half of the batch [n, 3, 64, 192] shifted, scaled, sheared and turned a little, as `alter` of data.py does; a
    quarter bent like rubber by up to about two pixels."""
    size, device = len(x), x.device
    mild = (torch.rand(size, device=device) < 0.5).float()
    least = 0.88 * mild + 0.7 * (1 - mild)
    sx = least + torch.rand(size, device=device) * (1.06 - least)
    sy = least + torch.rand(size, device=device) * (1.08 - least)
    shear = between(size, -0.12, 0.12, device)
    lift = between(size, -1, 1, device) * math.tan(math.radians(6)) * (1 - mild)
    # affine_grid maps places of the result, -1..1, to places of the source: the inverse of scaling.
    ratio = HEIGHT / WIDTH
    theta = torch.stack(
        [
            torch.stack([1 / sx, -shear * ratio / sx, between(size, -5, 5, device) / WIDTH * 2], 1),
            torch.stack([-lift / ratio / sy, 1 / sy, between(size, -4, 4, device) / HEIGHT * 2], 1),
        ],
        1,
    )
    same = torch.tensor([[1.0, 0, 0], [0, 1, 0]], device=device).expand(size, 2, 3)
    moved = some(size, 0.5, device)[:, :, 0] > 0
    grid = F.affine_grid(torch.where(moved, theta, same), list(x.shape), align_corners=False)
    reach = torch.tensor([1.6 / WIDTH * 2, 1.6 / HEIGHT * 2], device=device)[None, :, None, None]
    bend = torch.randn(size, 2, 5, 13, device=device) * reach * some(size, 0.25, device)
    bend = F.interpolate(bend, (HEIGHT, WIDTH), mode="bicubic", align_corners=True)
    return F.grid_sample(x, grid + bend.permute(0, 2, 3, 1), mode="bilinear", padding_mode="border", align_corners=False)


def coloured(x: Tensor) -> Tensor:
    """Colours reversed, swapped, mixed, made grey, lightened or darkened; noise; blur. [n, 3, 64, 192], 0..1."""
    size, device = len(x), x.device
    x = x + (1 - 2 * x) * some(size, 0.12, device)
    order = torch.rand(size, 3, device=device).argsort(1)
    swapped = x.gather(1, order[:, :, None, None].expand_as(x))
    kind = torch.rand(size, 1, 1, 1, device=device)
    grey = (x * torch.tensor([0.299, 0.587, 0.114], device=device)[None, :, None, None]).sum(1, keepdim=True).expand_as(x)
    x = torch.where(kind < 0.25, swapped, torch.where(kind < 0.35, grey, x))
    # Every colour a little of the others.
    mix = torch.eye(3, device=device) + torch.rand(size, 3, 3, device=device) * 0.35 * some(size, 0.15, device)[:, 0]
    x = torch.einsum("nij,njhw->nihw", mix / mix.sum(2, keepdim=True), x)
    power = torch.where(torch.rand(size, device=device) < 0.15, between(size, 0.5, 1.8, device), 1.0)
    x = x.clamp(1e-4, 1) ** power[:, None, None, None]
    grain = between(size, 2, 14, device)[:, None, None, None] / 255 * some(size, 0.12, device)
    x = (x + torch.randn_like(x) * grain).clamp(0, 1)
    blurred = max(1, size // 12)  # the batch is in random order
    x[:blurred] = blur(x[:blurred])
    return x


def blur(x: Tensor) -> Tensor:
    """By a Gaussian of its own for each picture, cut to three pixels."""
    size = len(x)
    near = torch.exp(-0.5 / between(size, 0.4, 1.1, x.device) ** 2)
    kernel = torch.stack([near, torch.ones_like(near), near], 1) / (1 + 2 * near)[:, None]
    each = kernel.repeat_interleave(3, 0)
    flat = F.pad(x.reshape(1, size * 3, HEIGHT, WIDTH), (1, 1, 1, 1), mode="replicate")
    flat = F.conv2d(flat, each[:, None, None, :], groups=size * 3)
    return F.conv2d(flat, each[:, None, :, None], groups=size * 3).reshape(x.shape)


def struck(x: Tensor) -> Tensor:
    """A few thin lines and discs of one colour over some of the pictures, none thicker than three pixels."""
    size, device = len(x), x.device
    ys = torch.arange(HEIGHT, device=device, dtype=torch.float32)[None, :, None]
    xs = torch.arange(WIDTH, device=device, dtype=torch.float32)[None, None, :]
    one = lambda least, most: between(size, least, most, device)[:, None, None]  # noqa: E731
    for _ in range(2):
        slope, bow = one(-0.35, 0.35), one(-8, 8)
        line = ys - one(4, 60) - slope * (xs - WIDTH / 2) - bow * torch.sin(xs / one(12, 60) + one(0, 6.3))
        cover = (one(0.6, 1.6) + 0.5 - line.abs()).clamp(0, 1)[:, None] * some(size, 0.06, device)
        x = x + (torch.rand(size, 3, 1, 1, device=device) - x) * cover
    for _ in range(2):
        far = torch.hypot(xs - one(0, WIDTH), ys - one(0, HEIGHT)) - one(0.5, 3.5)
        cover = (0.5 - far).clamp(0, 1)[:, None] * some(size, 0.1, device)
        x = x + (torch.rand(size, 3, 1, 1, device=device) - x) * cover
    return x


@torch.no_grad()
def altered(pixels: Tensor) -> Tensor:
    """uint8 [n, 64, 192, 3] to what `Recogniser.read` takes: float32 [n, 3, 64, 192], zero mean and unit spread."""
    x = pixels.permute(0, 3, 1, 2).float() / 255
    x = coloured(struck(placed(x)))
    mean = x.mean((1, 2, 3), keepdim=True)
    return (x - mean) / (x.std((1, 2, 3), correction=0, keepdim=True) + 0.02)
