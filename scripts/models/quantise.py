#!/usr/bin/env python3
"""Make an int8 network of an ONNX network of convolutions (needs only numpy and onnx).

    python3 quantise.py MODEL.onnx RANGES.json OUT.onnx

Post-training quantisation in the QDQ form that OpenVINO, onnxruntime and others run in int8: every convolution's
weights become int8 with one scale a filter (symmetric), every tensor that a convolution reads becomes uint8 with one
scale (ranges from RANGES.json); biases, additions and the last matrix stay in float32.

RANGES.json holds, for each tensor that a convolution reads, the interval that its values are clipped to, and the
SHA-256 of the network that they were measured on, which must be MODEL's. It was made by

    python3 quantise.py --measure MODEL.onnx CHIPS.npy RANGES.json      (needs openvino as well)

from uint8 chips [n, side, side, 3]: the interval is the one of a geometric grid that has the smallest mean squared
error of rounding and clipping over all chips.
"""
import hashlib
import json
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def conv_inputs(graph):
    seen = []
    for node in graph.node:
        if node.op_type == "Conv" and node.input[0] not in seen:
            seen.append(node.input[0])
    return seen


class Quantiser:
    def __init__(self, graph, ranges):
        self.graph, self.ranges = graph, ranges
        self.weights = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self.nodes, self.constants, self.done = [], [], {}

    def const(self, name, array):
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def activation(self, tensor):
        """tensor → uint8 → float; both ends are exact zeros of the grid where the range begins at zero."""
        low, high = self.ranges[tensor]
        if not (np.isfinite(low) and np.isfinite(high) and low <= 0 < high):
            raise SystemExit(f"{tensor}: [{low}, {high}] is no range around zero")
        scale = np.float32((high - low) / 255)
        zero = np.uint8(round(-low / float(scale)))
        s, z = self.const(f"{tensor}_scale", scale), self.const(f"{tensor}_zero", zero)
        self.nodes.append(helper.make_node("QuantizeLinear", [tensor, s, z], [f"{tensor}_q"], name=f"Q_{tensor}"))
        self.nodes.append(
            helper.make_node("DequantizeLinear", [f"{tensor}_q", s, z], [f"{tensor}_dq"], name=f"DQ_{tensor}"))
        self.done[tensor] = f"{tensor}_dq"

    def filters(self, name):
        """Weights [F, K, R, C] → int8 with the scale of each filter's largest magnitude."""
        w = self.weights.pop(name)
        scale = np.maximum(np.abs(w).max(axis=(1, 2, 3)), 1e-12).astype(np.float32) / np.float32(127)
        q = np.clip(np.rint(w / scale[:, None, None, None]), -127, 127).astype(np.int8)
        inputs = [self.const(f"{name}_q", q), self.const(f"{name}_scale", scale),
                  self.const(f"{name}_zero", np.zeros(len(scale), np.int8))]
        self.nodes.append(helper.make_node("DequantizeLinear", inputs, [f"{name}_dq"], name=f"DQ_{name}", axis=0))
        return f"{name}_dq"

    def run(self):
        wanted = conv_inputs(self.graph)
        missing = [t for t in wanted if t not in self.ranges]
        if missing:
            raise SystemExit(f"no range for {', '.join(missing)}")
        for node in self.graph.node:
            inputs = [self.done.get(t, t) for t in node.input]
            if node.op_type == "Conv":
                inputs[1] = self.filters(node.input[1])
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            del copy.input[:]
            copy.input.extend(inputs)
            self.nodes.append(copy)
            for t in node.output:
                if t in wanted:
                    self.activation(t)
        kept = [numpy_helper.from_array(w, name) for name, w in self.weights.items()]
        del self.graph.node[:], self.graph.initializer[:]
        self.graph.node.extend(self.nodes)
        self.graph.initializer.extend(kept + self.constants)


def quantise(model_path, ranges_path, out_path):
    with open(ranges_path, encoding="utf-8") as f:
        table = json.load(f)
    if table["sha256"] != digest(model_path):
        raise SystemExit(f"{model_path} is not the network that {ranges_path} was measured on")
    model = onnx.load(model_path)
    Quantiser(model.graph, table["ranges"]).run()
    model.producer_name = "quantise"
    onnx.checker.check_model(model)
    with open(out_path, "wb") as f:
        f.write(model.SerializeToString(deterministic=True))


def best_range(histogram, top, low):
    """The upper end with the least squared error for values counted in equal bins up to `top`."""
    centres = (np.arange(len(histogram)) + 0.5) * top / len(histogram)
    best = (np.inf, top)
    for high in top * np.geomspace(0.2, 1, 60):
        step = (high - low) / 255
        rounded = np.minimum(np.rint(centres / step) * step, high)
        best = min(best, (float((histogram * (centres - rounded) ** 2).sum()), float(high)))
    return best[1]


def measure(model_path, chips_path, out_path):
    import openvino
    model = onnx.load(model_path)
    wanted = conv_inputs(model.graph)
    for t in wanted:
        model.graph.output.append(helper.make_tensor_value_info(t, TensorProto.FLOAT, None))
    core = openvino.Core()
    net = core.read_model(model.SerializeToString())
    chips = np.load(chips_path, mmap_mode="r")
    batch = 8
    net.reshape([batch, 3, *chips.shape[1:3]])
    net = core.compile_model(net, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    low, high = {t: 0.0 for t in wanted}, {t: 0.0 for t in wanted}
    counts = {t: np.zeros(4096) for t in wanted}
    for turn in ("extremes", "histograms"):
        for start in range(0, len(chips) - batch + 1, batch):
            out = net(chips[start:start + batch].transpose(0, 3, 1, 2).astype(np.float32))
            for t in wanted:
                v = out[t]
                if turn == "extremes":
                    low[t], high[t] = min(low[t], float(v.min())), max(high[t], float(v.max()))
                else:
                    counts[t] += np.histogram(v[v > 0], 4096, (0, high[t]))[0]
    ranges = {t: [low[t], high[t] if low[t] < 0 else best_range(counts[t], high[t], low[t])] for t in wanted}
    table = {"sha256": digest(model_path), "chips": len(chips),
             "ranges": {t: [float(f"{v:.6g}") for v in r] for t, r in ranges.items()}}
    with open(out_path, "w", encoding="utf-8") as f:
        json.dump(table, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] == "--measure":
        measure(*sys.argv[2:])
    elif len(sys.argv) == 4:
        quantise(*sys.argv[1:])
    else:
        raise SystemExit(__doc__)
