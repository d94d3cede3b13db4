"""Turns the shipped network back into a checkpoint that training can go on from.

    python restore.py [OUT=runs/shipped/checkpoint.pt] [MODEL=../model/text-image.onnx]

The export folds every batch normalisation into its convolution. Here each gets back the statistics it has on pictures
from cache/shards (draw some first), with a scale and shift that undo them: the network computes the same as the file,
in training as in use, but for the rounding of its 7-bit weights. Fails if PyTorch and onnxruntime disagree.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from export import pictures, run
from model import Recogniser, Residual

HERE = Path(__file__).parent


def pytorch_gates(weights: np.ndarray) -> Tensor:
    """ONNX orders an LSTM's gates input, output, forget, cell; PyTorch input, forget, cell, output."""
    i, o, f, c = np.split(weights, 4)
    return torch.from_numpy(np.concatenate([i, f, c, o]))


def folded_layers(graph: onnx.GraphProto) -> tuple[list[tuple[Tensor, Tensor]], dict[str, Tensor]]:
    """Weights and biases of the convolutions in order, and the state of the layers after them."""
    values = {one.name: numpy_helper.to_array(one).copy() for one in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in values:
            whole, scale, zero = (values[name] for name in node.input)  # one scale and zero for each output channel
            rows = (-1, *[1] * (whole.ndim - 1))
            values[node.output[0]] = (whole.astype(np.float32) - zero.reshape(rows)) * scale.reshape(rows)
    convolutions, rest = [], {}
    for node in graph.node:
        inputs = [values.get(name) for name in node.input]
        if node.op_type == "Conv":
            convolutions.append((torch.from_numpy(inputs[1]), torch.from_numpy(inputs[2])))
        elif node.op_type == "LSTM":
            for at, suffix in enumerate(("", "_reverse")):
                rest[f"sequence.weight_ih_l0{suffix}"] = pytorch_gates(inputs[1][at])
                rest[f"sequence.weight_hh_l0{suffix}"] = pytorch_gates(inputs[2][at])
                both = np.split(inputs[3][at], 2)
                rest[f"sequence.bias_ih_l0{suffix}"] = pytorch_gates(both[0])
                rest[f"sequence.bias_hh_l0{suffix}"] = pytorch_gates(both[1])
        elif node.op_type == "MatMul":
            rest["head.weight"] = torch.from_numpy(inputs[1].T.copy())
    rest["head.bias"] = torch.from_numpy(values["head.bias"])
    return convolutions, rest


@torch.no_grad()
def restore(path: Path, seen: np.ndarray) -> Recogniser:
    convolutions, rest = folded_layers(onnx.load(path).graph)
    model = Recogniser().eval()
    model.load_state_dict(rest, strict=False)

    def measure(norm: nn.BatchNorm2d, bias: Tensor):
        def hook(_: nn.Module, inputs: tuple[Tensor]) -> None:
            x = inputs[0]
            norm.running_mean.copy_(x.mean((0, 2, 3)))
            norm.running_var.copy_(x.var((0, 2, 3)))
            norm.weight.copy_((norm.running_var + norm.eps).sqrt())
            norm.bias.copy_(bias + norm.running_mean)

        return norm.register_forward_pre_hook(hook)

    hooks = []
    for block in [*model.features, model.collapse]:
        layers = [m for m in block.modules() if isinstance(m, (nn.Conv2d, nn.BatchNorm2d))]
        pairs = list(zip(layers[::2], layers[1::2]))  # each convolution and the normalisation after it, in order of use
        if isinstance(block, Residual) and convolutions[0][0].shape != block.first.weight.shape:
            nn.init.zeros_(block.norm2.weight)  # the file has no such block: it starts as one that changes nothing
            print("a residual block that the file lacks starts empty")
            continue
        for convolution, norm in pairs:
            weight, bias = convolutions.pop(0)
            if convolution.weight.shape != weight.shape:
                raise SystemExit(f"{path} holds another network than training/model.py describes")
            convolution.weight.copy_(weight)
            hooks.append(measure(norm, bias))
    model(torch.from_numpy(seen))
    for hook in hooks:
        hook.remove()
    return model


def main() -> None:
    out = Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "runs/shipped/checkpoint.pt")
    path = Path(sys.argv[2] if len(sys.argv) > 2 else HERE.parent / "model/text-image.onnx")
    seen = pictures("shards", 400)
    model = restore(path, seen)
    with torch.no_grad():
        ours = model(torch.from_numpy(seen)).numpy()
    differ = (ours.argmax(2) != run(path, seen).argmax(2)).mean()
    print(f"PyTorch and onnxruntime differ in {100 * differ:.2f} % of the frames")
    if differ > 0.02:
        raise SystemExit("more than the rounding of the file's values explains")
    out.parent.mkdir(parents=True, exist_ok=True)
    card = json.loads((path.parent / "text-image.json").read_text("utf-8"))
    torch.save({"average": model.state_dict(), "seen": 0, "before": card["trainedOnPictures"][path.stem]}, out)


if __name__ == "__main__":
    main()
