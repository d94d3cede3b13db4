"""Trains the recogniser from the shards in cache/shards; see README.md. Ctrl-C is safe: it goes on from the last checkpoint.

On N cores: torchrun --nproc-per-node N -- train.py …; each process draws batches of its own, and all take every step together.
"""

import argparse
import ctypes
import math
import os
import random
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import distributed
from torch.nn import functional as F

from data import Shards, batch
from evaluate import score_folder
from model import Recogniser

HERE = Path(__file__).parent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=3_000_000, help="pictures until the learning rate has reached its end")
    parser.add_argument("--minutes", type=float, default=math.inf, help="the same by the clock, if that is sooner")
    parser.add_argument("--batch", type=int, default=48, help="48 is half again as fast a picture as 96 where the cores share their caches")
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--frozen", type=int, default=0, help="keep the weights of the first N layers (with 2: half again as fast)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=Path, default=HERE / "cache/shards")
    parser.add_argument("--valid", type=Path, default=HERE / "cache/valid")
    parser.add_argument("--run", type=Path, default=HERE / "runs/main")
    parser.add_argument("--start", type=Path, help="begin with the weights of this checkpoint, but with a fresh schedule")
    parser.add_argument("--anew", action="store_true", help="of --start, keep the convolutions only (for a network that errs otherwise)")
    parser.add_argument("--without", action="append", default=[], help="leave this source out (to measure unseen styles)")
    return parser.parse_args()


def rate_at(progress: float, peak: float) -> float:
    """Linear warm-up over the first 1.5 %, then a cosine to 1 % of the peak."""
    if progress < 0.015:
        return peak * (progress / 0.015 + 0.01)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


def keep_freed_memory() -> None:
    """Has glibc keep the tensors' memory between steps: giving it back and faulting it in again took 0.4 of the time."""
    trim_threshold, top_pad, mmap_threshold = -1, -2, -3  # from malloc.h
    mallopt = ctypes.CDLL(None).mallopt
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(top_pad, 2**28)
    mallopt(mmap_threshold, 2**25)


def agree(model: torch.nn.Module, progress: float) -> float:
    """Makes the gradients, and the progress, the means over all processes: only so do they take the same steps and end together.
    Batch statistics stay each process's own; those of the first are kept."""
    weights = [weight for weight in model.parameters() if weight.grad is not None]
    flat = torch.cat([weight.grad.reshape(-1) for weight in weights] + [torch.tensor([progress])])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    for weight, mean in zip(weights, flat[:-1].split([weight.numel() for weight in weights])):
        weight.grad.copy_(mean.view_as(weight))
    return flat[-1].item()


def loss_of(model: Recogniser, pixels: np.ndarray, targets: list[int], lengths: list[int]) -> torch.Tensor:
    """The CTC loss of a batch as data.py draws it; the network computes in bf16, the loss in fp32."""
    with torch.autocast("cpu", torch.bfloat16):
        scores = model.read(torch.from_numpy(pixels).permute(0, 3, 1, 2))
    frames = torch.full((len(pixels),), scores.shape[1])
    scores = scores.float().transpose(0, 1)
    return F.ctc_loss(scores, torch.tensor(targets), frames, torch.tensor(lengths), zero_infinity=True)


def main() -> None:
    options = arguments()
    keep_freed_memory()
    workers, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))  # set by torchrun
    if workers > 1:
        distributed.init_process_group("gloo")
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(options.seed)
    options.run.mkdir(parents=True, exist_ok=True)
    checkpoint = options.run / "checkpoint.pt"
    model = Recogniser().to(memory_format=torch.channels_last)  # more than twice as fast as the default layout
    for layer in model.features[: options.frozen]:
        layer.requires_grad_(False)
    average = Recogniser()  # running mean of the weights: what is measured and exported
    optimiser = torch.optim.AdamW(model.parameters(), options.rate, betas=(0.9, 0.98), weight_decay=0.01)
    seen, spent, before = 0, 0.0, 0  # before: pictures that the weights we started from had seen
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        seen, spent, before = state["seen"], state["seconds"], state["before"]
    elif options.start:
        state = torch.load(options.start)
        kept = {name: weight for name, weight in state["average"].items() if not options.anew or name.startswith("features.")}
        model.load_state_dict(kept, strict=not options.anew)
        before = state.get("before", 0) + state["seen"]
    average.load_state_dict(state["average"] if checkpoint.exists() else model.state_dict())
    print(f"seed {options.seed}, {seen} pictures seen before, process {rank} of {workers}", flush=True)
    shards = Shards(options.shards, options.without)
    dice = random.Random((options.seed + 100 * rank) * 1_000_003 + seen)
    started, losses, step, progress = time.time(), [], 0, 0.0
    while progress < 1:
        seconds = spent + time.time() - started
        progress = max(seen / options.images, seconds / 60 / options.minutes)
        model.train()
        model.features[: options.frozen].eval()
        loss = loss_of(model, *batch(shards, options.batch, dice))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if workers > 1:
            progress = agree(model, progress)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(progress, options.rate)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        step += 1
        seen += options.batch * workers
        follow(average, model, min(0.998, step / (step + 20)) if seen < 200_000 else 0.998)
        losses.append(loss.item())
        if step % 100 == 0:
            speed = step * options.batch * workers / (time.time() - started)
            if rank == 0:
                print(f"{seen} loss {sum(losses) / len(losses):.4f} speed {speed:.0f}/s shards {len(shards.known)}", flush=True)
            losses.clear()
            shards.refresh()
        if rank == 0 and (step % 500 == 0 or progress >= 1):
            save(checkpoint, model, average, optimiser, {"seen": seen, "seconds": seconds, "before": before})
            last = progress >= 1
            scores_line = score_folder(average, options.valid, None if last else 120)
            print(f"{seen} valid {scores_line}", flush=True)
    if workers > 1:
        distributed.destroy_process_group()


def follow(average: torch.nn.Module, model: torch.nn.Module, keep: float) -> None:
    with torch.no_grad():
        for slow, fast in zip(average.state_dict().values(), model.state_dict().values()):
            if slow.dtype.is_floating_point:
                slow.lerp_(fast, 1 - keep)
            else:
                slow.copy_(fast)


def save(
    path: Path, model: torch.nn.Module, average: torch.nn.Module, optimiser: torch.optim.Optimizer, progress: dict[str, float]
) -> None:
    part = path.with_suffix(".part")
    torch.save(
        {
            "model": model.state_dict(),
            "average": average.state_dict(),
            "optimiser": optimiser.state_dict(),
            **progress,
        },
        part,
    )
    part.replace(path)  # never half a checkpoint


if __name__ == "__main__":
    main()
