"""Trains one network after another on an accelerator, all from one pool of pictures in its memory; see README.md.

    python accelerate.py RUN:SECONDS[:START[:SOURCE,SOURCE…]] …

RUN: where to write OUT/RUN.pt. START: an earlier RUN, or the file of a checkpoint, to begin with. SOURCE: what the network
never sees. New shards are taken in while it trains. Schedules end by the clock.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel

from evaluate import score_folder
from model import Recogniser
from pool import Pool, altered
from train import rate_at

HERE = Path(__file__).parent


def stage_of(text: str) -> tuple[str, float, str, str]:
    """Raises ValueError, which argparse says with the form that it asks for."""
    run, seconds, start, without = (text.split(":") + ["", ""])[:4]
    return run, float(seconds), start, without


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stages", nargs="+", type=stage_of, metavar="RUN:SECONDS[:START[:SOURCE,SOURCE…]]")
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--capacity", type=int, default=900_000, help="pictures in the accelerator's memory, 36 kB each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=Path, default=HERE / "cache/shards")
    parser.add_argument("--valid", type=Path, default=HERE / "cache/valid")
    parser.add_argument("--out", type=Path, default=HERE / "runs")
    return parser.parse_args()


def lean(slow: list[Tensor], fast: list[Tensor], step: int) -> None:
    """Moves the running mean of the weights towards the weights, by more in the first few hundred steps."""
    if slow[0].is_floating_point():  # not the batch normalisations' counters
        torch._foreach_lerp_(slow, fast, 1 - min(0.996, step / (step + 20)))


def begun(start: str, options: argparse.Namespace, device: torch.device) -> tuple[Recogniser, int]:
    """The network as a stage begins with it, and how many pictures its weights have seen."""
    model = Recogniser().to(device, memory_format=torch.channels_last)
    if not start:
        return model, 0
    path = options.out / f"{start}.pt"
    state = torch.load(path if path.exists() else start, map_location=device)
    model.load_state_dict(state["average"])
    return model, state["before"] + state["seen"]


def train(stage: tuple[str, float, str, str], pool: Pool, options: argparse.Namespace, device: torch.device) -> None:
    run, seconds, start, without = stage
    left_out = [name for name in without.split(",") if name]
    model, before = begun(start, options, device)
    step = 0
    # What is measured and written. The step is handed over here: AveragedModel's own count would be waited for.
    average = AveragedModel(model, multi_avg_fn=lambda slow, fast, _: lean(slow, fast, step), use_buffers=True)
    optimiser = torch.optim.AdamW(model.parameters(), options.rate, betas=(0.9, 0.98), weight_decay=0.01)
    dice = np.random.default_rng(options.seed)
    started, losses, progress = time.monotonic(), [], 0.0
    print(f"{run}: starts from {start or 'nothing'}, without {without or 'nothing'}", flush=True)
    model.train()
    while progress < 1:
        progress = (time.monotonic() - started) / seconds
        for group in optimiser.param_groups:
            group["lr"] = rate_at(progress, options.rate)
        pixels, targets, lengths = pool.draw(options.batch, left_out, dice)
        with torch.autocast(device.type, torch.bfloat16):
            scores = model.read(altered(pixels).contiguous(memory_format=torch.channels_last))
        frames = torch.full((options.batch,), scores.shape[1])
        loss = F.ctc_loss(scores.float().transpose(0, 1), targets.to(device), frames, lengths, zero_infinity=True)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        step += 1
        average.update_parameters(model)
        losses.append(loss.detach())
        if step % 200 == 0 or progress >= 1:
            mean = torch.stack(losses).mean().item()
            speed = step * options.batch / (time.monotonic() - started)
            print(f"{run} {step * options.batch} loss {mean:.4f} speed {speed:.0f}/s pictures {pool.count}", flush=True)
            losses.clear()
            pool.refresh(at_most=1)
    numbers = {"seen": step * options.batch, "before": before, "seconds": seconds}
    weights = {name: value.cpu() for name, value in average.module.state_dict().items()}
    torch.save({"average": weights, **numbers}, options.out / f"{run}.pt")
    print(f"{run} valid {score_folder(average.module, options.valid, None)}", flush=True)


def main() -> None:
    options = arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(options.seed)
    torch.backends.cudnn.benchmark = True
    options.out.mkdir(parents=True, exist_ok=True)
    pool = Pool(options.shards, device, options.capacity)
    pool.refresh()
    if not pool.members:
        raise SystemExit(f"No pictures under {options.shards}: draw some first (README.md).")
    print(f"seed {options.seed}, {device}, {pool.count} pictures of {len(pool.members)} sources", flush=True)
    for stage in options.stages:
        train(stage, pool, options, device)


if __name__ == "__main__":
    main()
