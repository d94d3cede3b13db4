"""Turns the convolutions of an exported network into 8-bit ones: half the file, half the time (model/MODEL.md)."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process


class Pictures(CalibrationDataReader):
    """Hands out uint8 [n, 64, 192, 3] eight at a time (all batches must have one size)."""

    def __init__(self, pixels: np.ndarray):
        self.batches = iter(pixels[: len(pixels) // 8 * 8].reshape(-1, 8, *pixels.shape[1:]))

    def get_next(self) -> dict[str, np.ndarray] | None:
        batch = next(self.batches, None)
        return None if batch is None else {"pixels": batch}


def quantise(exported: Path, out: Path, pixels: np.ndarray) -> None:
    """`exported`: the fp32 network; `pixels`: pictures from which the range of every layer's values is taken.

    The first convolution stays as it is: it sees the picture itself and takes no time. So do the LSTM and the last layer.
    Weights get 7 bits: with 8, processors without VNNI overflow silently and read differently. A layer's range ends where
    99.99 % of its values do; the full range cost half a point on haileybot and captcha.gif.
    """
    with TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(exported, prepared, skip_symbolic_shape=True)
        first = next(node.name for node in onnx.load(prepared).graph.node if node.op_type == "Conv")
        quantize_static(
            prepared,
            out,
            Pictures(pixels),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=[first],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": 99.99},
        )
