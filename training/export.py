"""Writes model/text-image.onnx and model/text-image.json from a checkpoint, and checks that both runtimes agree.

    python export.py [CHECKPOINT] [MODEL_DIR]
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from data import Shard
from model import Recogniser
from page import ALPHABET, HEIGHT, WIDTH

HERE = Path(__file__).parent


def main() -> None:
    checkpoint = Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "runs/main/checkpoint.pt")
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else HERE.parent / "model")
    folder.mkdir(parents=True, exist_ok=True)
    state = torch.load(checkpoint)
    model = Recogniser()
    model.load_state_dict(state["average"])
    model.eval()
    weights = folder / "text-image.onnx"
    example = torch.zeros(2, HEIGHT, WIDTH, 3, dtype=torch.uint8)
    torch.onnx.export(
        model,
        (example,),
        str(weights),
        input_names=["pixels"],
        output_names=["scores"],
        dynamic_axes={"pixels": {0: "n"}, "scores": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    session = onnxruntime.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
    valid = sorted((HERE / "cache/valid").glob("*.bin"))
    pictures = (
        np.concatenate([Shard(path).pixels[:20] for path in valid])
        if valid
        else np.random.default_rng(1).integers(0, 256, (40, HEIGHT, WIDTH, 3), np.uint8)
    )
    with torch.no_grad():
        ours = model(torch.from_numpy(pictures)).numpy()
    (theirs,) = session.run(None, {"pixels": pictures})
    # onnxruntime's LSTM uses approximate tanh and sigmoid: about 1e-4 in a log probability, 2e-3 at the worst frame.
    gap = float(np.abs(np.exp(ours) - np.exp(theirs)).max())
    if gap > 1e-2 or (ours.argmax(2) != theirs.argmax(2)).mean() > 1e-3:
        raise SystemExit(f"torch and onnxruntime differ by {gap:.2e} in a probability")
    card_path = folder / "text-image.json"
    card = json.loads(card_path.read_text("utf-8")) if card_path.exists() else {}
    card |= {
        "alphabet": ALPHABET,
        "input": {"height": HEIGHT, "width": WIDTH, "channels": 3},
        "frames": int(ours.shape[1]),
        "trainedOnPictures": int(state["before"] + state["seen"]),
    }
    card.setdefault("calibration", {name: {"scale": 1, "shift": 0} for name in ("folded", "exact")})
    card_path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"{weights.stat().st_size} bytes, {state['seen']} pictures seen, largest difference {gap:.1e}")


if __name__ == "__main__":
    main()
