"""Writes model/NAME.onnx (8-bit convolutions) and its part of model/text-image.json from a checkpoint.

    python export.py [CHECKPOINT] [MODEL_DIR] [NAME=text-image]

The network of the further looks is called text-image-second.

Checks that both runtimes agree before the convolutions are quantised, and says what that cost. Needs shards in cache/.
"""

import json
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime
import torch

from data import Shard
from model import Recogniser
from page import ALPHABET, HEIGHT, WIDTH
from quantise import quantise

HERE = Path(__file__).parent

# Looks at a picture, each with a confidence curve: LOOKS in looks.ts.
LOOKS = 3


def pictures(kind: str, count: int) -> np.ndarray:
    """An even draw from all shards under cache/`kind`: uint8 [count, 64, 192, 3]."""
    shards = [Shard(path) for path in sorted((HERE / "cache" / kind).glob("*.bin"))]
    if not shards:
        raise SystemExit(f"No pictures under training/cache/{kind}: draw some first (README.md).")
    dice = random.Random(1)
    chosen = [dice.choice(shards) for _ in range(count)]
    return np.stack([shard.pixels[dice.randrange(len(shard.labels))] for shard in chosen])


def run(network: Path, pixels: np.ndarray) -> np.ndarray:
    """Log probabilities [n, frames, classes] by onnxruntime."""
    session = onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"pixels": pixels[at : at + 50]})[0] for at in range(0, len(pixels), 50)])


def export(model: Recogniser, path: Path) -> None:
    """fp32; fails if PyTorch and onnxruntime disagree."""
    torch.onnx.export(
        model,
        (torch.zeros(2, HEIGHT, WIDTH, 3, dtype=torch.uint8),),
        str(path),
        input_names=["pixels"],
        output_names=["scores"],
        dynamic_axes={"pixels": {0: "n"}, "scores": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    pixels = pictures("valid", 160)
    with torch.no_grad():
        ours = model(torch.from_numpy(pixels)).numpy()
    theirs = run(path, pixels)
    # onnxruntime's LSTM uses approximate tanh and sigmoid: about 1e-4 in a log probability, 2e-3 at the worst frame.
    gap = float(np.abs(np.exp(ours) - np.exp(theirs)).max())
    if gap > 1e-2 or (ours.argmax(2) != theirs.argmax(2)).mean() > 1e-3:
        raise SystemExit(f"torch and onnxruntime differ by {gap:.2e} in a probability")


def main() -> None:
    checkpoint = Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "runs/main/checkpoint.pt")
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else HERE.parent / "model")
    name = sys.argv[3] if len(sys.argv) > 3 else "text-image"
    folder.mkdir(parents=True, exist_ok=True)
    state = torch.load(checkpoint)
    model = Recogniser()
    model.load_state_dict(state["average"])
    model.eval()
    weights = folder / f"{name}.onnx"
    with TemporaryDirectory() as scratch:
        exported = Path(scratch) / "exported.onnx"
        export(model, exported)
        quantise(exported, weights, pictures("shards", 480))
    unseen = pictures("valid", 800)
    with torch.no_grad():
        ours = model(torch.from_numpy(unseen)).argmax(2).numpy()
    changed = (ours != run(weights, unseen).argmax(2)).mean()
    if changed > 0.02:
        raise SystemExit(f"quantising changed the likeliest class of {100 * changed:.1f} % of the frames")
    card_path = folder / "text-image.json"
    card = json.loads(card_path.read_text("utf-8")) if card_path.exists() else {}
    curves = [{"scale": 1, "margin": 0, "shift": 0}] * LOOKS
    card |= {
        "alphabet": ALPHABET,
        "input": {"height": HEIGHT, "width": WIDTH, "channels": 3},
        "frames": ours.shape[1],
        "trainedOnPictures": card.get("trainedOnPictures", {}) | {name: int(state["before"] + state["seen"])},
        "calibration": {"folded": curves, "exact": curves},  # until calibrate.ts has fitted them
    }
    card_path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"{weights.stat().st_size} bytes, {state['seen']} pictures seen, quantising changed {100 * changed:.2f} % of the frames")


if __name__ == "__main__":
    main()
