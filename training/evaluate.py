"""Whole answers right (case-folded / exact) on shards never trained on, by best path."""

from pathlib import Path

import torch

from data import Shard
from page import ALPHABET


def best_path(scores: torch.Tensor) -> list[str]:
    """scores: [n, frames, classes]."""
    texts = []
    for row in scores.argmax(2).tolist():
        text, last = "", 0
        for index in row:
            if index != last and index != 0:
                text += ALPHABET[index - 1]
            last = index
        texts.append(text)
    return texts


@torch.no_grad()
def score_shard(model: torch.nn.Module, shard: Shard, limit: int | None) -> tuple[float, float]:
    model.eval()
    device = next(model.parameters()).device
    labels = shard.labels[:limit]
    folded = exact = 0
    for at in range(0, len(labels), 100):
        part = labels[at : at + 100]
        texts = best_path(model(torch.from_numpy(shard.pixels[at : at + len(part)].copy()).to(device)))
        exact += sum(a == b for a, b in zip(texts, part))
        folded += sum(a.lower() == b.lower() for a, b in zip(texts, part))
    return 100 * folded / len(labels), 100 * exact / len(labels)


def score_folder(model: torch.nn.Module, folder: Path, limit: int | None) -> str:
    parts = []
    for path in sorted(folder.glob("*.bin")):
        folded, exact = score_shard(model, Shard(path), limit)
        parts.append(f"{path.name[:-4]} {folded:.1f}/{exact:.1f}")
    return ", ".join(parts)
