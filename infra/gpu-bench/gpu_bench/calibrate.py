"""Measures what this engine adds to the hardware, with models too small to matter.

    python3 -m gpu_bench.calibrate --out results/calibration.csv
    torchrun --nproc-per-node 2 -m gpu_bench.calibrate --out results/calibration-tp2.csv

A step of a large model is then foreseeable without measuring it: bytes and FLOPs at the rates found
here, plus so much per layer and per request. The planner's catalogue of engines holds these numbers.
"""

from __future__ import annotations

import argparse
import datetime
from dataclasses import replace
from pathlib import Path
from typing import Callable

import torch

from . import PROGRAM_VERSION, ops
from .linear import Linear
from .model import Decoder
from .parallel import TensorParallel
from .rows import RowFile
from .shapes import ModelShape
from .workload import CachePool, captured, decode_step, run_steps

COLUMNS = (
    "gpu", "tp", "date", "program_version", "read_gb_per_s", "bf16_tflops", "fp8_tflops",
    "all_reduce_gb_per_s", "layer_ms", "routed_layer_ms", "request_ms",
)  # fmt: skip

DENSE = ModelShape(
    key="calibration-dense",
    model="none/calibration-dense",
    arch="Dense Transformer",
    source="made up: every kernel of a real layer, with next to no bytes and FLOPs",
    layers=8,
    hidden=256,
    query_heads=8,
    kv_heads=4,
    head_dim=128,
    intermediate=256,
    vocab=512,
    rope_theta=10_000.0,
    norm_eps=1e-6,
    qk_norm=True,
)
ROUTED = replace(
    DENSE, key="calibration-moe", model="none/calibration-moe", arch="MoE",
    intermediate=64, experts=128, experts_per_token=8,
)  # fmt: skip
MORE_LAYERS = 16
"""Layers added to tell the cost of a layer from that of the step around it."""
CONTEXT_LEN = 16
MANY_REQUESTS = 256
WARM_UP, REPEATS = 10, 50


class Calibration:
    """Times building blocks on this process's GPU; all processes must run the same."""

    def __init__(self, device: str, parallel: TensorParallel) -> None:
        self._device = device
        self._parallel = parallel

    def read_gb_per_s(self, size: int) -> float:
        """Rate at which a product with one row reads a matrix of 8 x `size` by `size`."""
        weight = Linear(torch.randn(8 * size, size, dtype=torch.bfloat16, device=self._device))
        row = torch.randn(1, size, dtype=torch.bfloat16, device=self._device)
        ms = self._median_ms(lambda: weight(row))
        return weight.weight.numel() * weight.weight.element_size() / ms / 1e6

    def product_tflops(self, size: int, fp8: bool) -> float:
        """Rate of a square matrix product of random numbers."""
        x = torch.randn(size, size, dtype=torch.bfloat16, device=self._device)
        weight = Linear.from_wide(torch.randn_like(x), fp8)
        rows = ops.quantise(x, ops.Narrow.FIXED) if fp8 else ops.Rows(x, None)
        return 2 * size**3 / self._median_ms(lambda: weight(rows)) / 1e9

    def all_reduce_gb_per_s(self, size: int) -> float:
        """Bus bandwidth of a sum over all GPUs: 2 (n - 1) / n of the bytes over its time."""
        numbers = torch.zeros(size, size, dtype=torch.bfloat16, device=self._device)
        ms = self._median_ms(lambda: self._parallel.all_reduce(numbers))
        tp = self._parallel.size
        return 2 * (tp - 1) / tp * numbers.numel() * numbers.element_size() / ms / 1e6

    def layer_ms(self, shape: ModelShape) -> float:
        """What one more layer adds to a decode step of one sequence."""
        longer = replace(shape, layers=shape.layers + MORE_LAYERS)
        return (self._step_ms(longer, 1) - self._step_ms(shape, 1)) / MORE_LAYERS

    def request_ms(self) -> float:
        """What one more sequence adds to a decode step."""
        shape = replace(DENSE, layers=DENSE.layers + MORE_LAYERS)
        more_ms = self._step_ms(shape, MANY_REQUESTS) - self._step_ms(shape, 1)
        return more_ms / (MANY_REQUESTS - 1)

    def _step_ms(self, shape: ModelShape, batch: int) -> float:
        model = Decoder.random(shape, "bfloat16", self._device, self._parallel, CONTEXT_LEN)
        cache = CachePool(model, batch * CONTEXT_LEN, self._device).view(batch, CONTEXT_LEN)
        return self._median_ms(decode_step(model, cache, self._device))

    def _median_ms(self, step: Callable[[], object]) -> float:
        replay = captured(step) if self._device == "cuda" else step
        run_steps(replay, WARM_UP, self._device)
        return sorted(run_steps(replay, REPEATS, self._device))[REPEATS // 2]


def calibrate(device: str, parallel: TensorParallel) -> dict[str, object]:
    """One row of `COLUMNS`."""
    size = 8192 if device == "cuda" else 64
    calibration = Calibration(device, parallel)
    row: dict[str, object] = {
        "gpu": torch.cuda.get_device_name() if device == "cuda" else "none",
        "tp": parallel.size,
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "program_version": PROGRAM_VERSION,
        "read_gb_per_s": calibration.read_gb_per_s(size),
        "bf16_tflops": calibration.product_tflops(size, fp8=False),
        "fp8_tflops": calibration.product_tflops(size, fp8=True),
        "layer_ms": calibration.layer_ms(DENSE),
        "routed_layer_ms": calibration.layer_ms(ROUTED),
        "request_ms": calibration.request_ms(),
    }
    if parallel.size > 1:
        row["all_reduce_gb_per_s"] = calibration.all_reduce_gb_per_s(size)
    return row


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="CSV file of one row")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    args = parser.parse_args()
    parallel = TensorParallel.from_environment(args.device)
    row = calibrate(args.device, parallel)
    if parallel.rank == 0:
        RowFile(args.out, COLUMNS).append(row)
        print(row, flush=True)
    parallel.leave()


if __name__ == "__main__":
    main()
