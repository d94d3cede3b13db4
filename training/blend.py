"""Mixes two checkpoints of one descent: weights between the two, batch statistics measured anew.

    python blend.py SHARE FROM TO OUT     SHARE 0 gives FROM, 1 gives TO

A fine-tuned network mixed with the one it started from keeps most of what was gained and loses less of what the start
could do (MODEL.md has figures). Needs the training shards.
"""

import random
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

from data import Shard
from model import Recogniser

HERE = Path(__file__).parent


@torch.no_grad()
def measure(model: Recogniser, count: int = 1200) -> None:
    """Gives every batch normalisation the mean statistics of an even draw from the sources in cache/shards."""
    sources: dict[str, list[Shard]] = {}
    for path in sorted((HERE / "cache/shards").glob("*.bin")):
        sources.setdefault(path.name.rsplit("-", 1)[0], []).append(Shard(path))
    dice = random.Random(1)
    names = list(sources) + ["render"] * len(sources)  # half of them our own
    for norm in model.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.reset_running_stats()
            norm.momentum = None  # a plain mean over the batches
    model.train()
    for _ in range(count // 120):
        shards = [dice.choice(sources[dice.choice(names)]) for _ in range(120)]
        model(torch.from_numpy(np.stack([shard.pixels[dice.randrange(len(shard.labels))] for shard in shards])))
    model.eval()


def main() -> None:
    share, start, end = float(sys.argv[1]), torch.load(sys.argv[2]), torch.load(sys.argv[3])
    torch.set_num_threads(1)
    model = Recogniser()
    pairs = ((name, value, end["average"][name]) for name, value in start["average"].items())
    model.load_state_dict({name: torch.lerp(a, b, share) if a.dtype.is_floating_point else b for name, a, b in pairs})
    measure(model)
    torch.save({"average": model.state_dict(), "seen": end["seen"], "before": end["before"]}, sys.argv[4])


if __name__ == "__main__":
    main()
