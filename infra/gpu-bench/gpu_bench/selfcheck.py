"""Checks on this machine that the fast code computes the right thing; exits 1 if not.

    python3 -m gpu_bench.selfcheck
    TRITON_INTERPRET=1 python3 -m gpu_bench.selfcheck --device cpu

On a GPU it also prints how fast the main building blocks are, to judge the engine by.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Callable

import torch

from . import kernels, ops
from .linear import GroupedLinear, Linear, grouped_reference
from .model import Decoder
from .shapes import SHAPES, TINY_DENSE, TINY_MOE
from .workload import CachePool, captured, decode_step, prefill_step, run_steps

BF16 = torch.bfloat16
INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"
FP8_LIMIT = 0.12 if INTERPRETED else 0.045
"""Rounding to three bits errs by 0.026 on average; Triton's interpreter truncates instead."""


def relative_error(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """Norm of the difference over the norm of what is wanted."""
    found, wanted = found.float().cpu(), wanted.float().cpu()
    return float((found - wanted).norm() / wanted.norm())


def wide(rows: ops.Rows) -> torch.Tensor:
    """Rows as float32, scales applied."""
    return rows.data.float() if rows.scale is None else rows.data.float() * rows.scale


class Checks:
    """Compares, prints and counts failures."""

    def __init__(self) -> None:
        self.failures = 0

    def close(self, name: str, found: torch.Tensor, wanted: torch.Tensor, limit: float) -> None:
        """`found` must be within `limit` of `wanted`; NaN never is."""
        error = relative_error(found, wanted)
        passed = error <= limit
        self.failures += not passed
        print(f"{'ok  ' if passed else 'FAIL'} {name}: relative error {error:.2e} (limit {limit})")


def check_rows(checks: Checks, device: str, columns: int) -> None:
    """Norm, activation and quantisation."""
    x = torch.randn(5, columns, dtype=BF16, device=device)
    delta = torch.randn(5, columns, dtype=BF16, device=device)
    weight = torch.rand(columns, dtype=BF16, device=device)
    gate_up = torch.randn(5, 2 * columns, dtype=BF16, device=device)
    for narrow in ops.Narrow:
        limit = 0.005 if narrow is ops.Narrow.NO else FP8_LIMIT
        for added in (None, delta):
            residual = x.clone()
            total = x.float() if added is None else x.float() + added.float()
            mean_square = total.pow(2).mean(-1, keepdim=True)
            wanted = total * torch.rsqrt(mean_square + 1e-6) * weight.float()
            found = kernels.rms_norm(added, residual, weight, 1e-6, narrow)
            checks.close(f"rms_norm {columns} {narrow.name}", wide(found), wanted, limit)
            checks.close("  residual", residual, total, 0.005)
        gate, up = gate_up.float().chunk(2, -1)
        wanted = torch.nn.functional.silu(gate) * up
        found = kernels.swiglu(gate_up, narrow)
        checks.close(f"swiglu {columns} {narrow.name}", wide(found), wanted, limit)
        if narrow is not ops.Narrow.NO:
            found = kernels.quantise(x, narrow)
            checks.close(f"quantise {columns} {narrow.name}", wide(found), x, limit)


def check_rope(checks: Checks, device: str) -> None:
    """Rotary embedding, head norms and cache writes, against the plain operations on a CPU."""
    batch, length, query_heads, kv_heads, head_dim = 2, 3, 4, 2, 64
    width = (query_heads + 2 * kv_heads) * head_dim
    qkv = torch.randn(batch * length, width, dtype=BF16, device=device)
    weight = torch.rand(head_dim, dtype=BF16, device=device)
    angle = torch.rand(16, head_dim // 2, device=device)
    positions = torch.tensor([4, 5, 6, 4, 5, 6], dtype=torch.int32, device=device)
    for norm in (None, weight):
        caches = torch.zeros(2, batch, 8, kv_heads, head_dim, dtype=BF16, device=device)
        plain = torch.zeros_like(caches)
        shared = (norm, norm, angle.cos(), angle.sin(), positions)
        found = kernels.rope_cache(qkv, *shared, caches[0], caches[1], length, query_heads, 1e-6)
        kept, ops.uses_kernels = ops.uses_kernels, lambda _: False
        wanted = ops.rope_cache(qkv, *shared, plain[0], plain[1], length, query_heads, 1e-6)
        ops.uses_kernels = kept
        checks.close(f"rope queries norm={norm is not None}", found, wanted, 0.005)
        checks.close("  caches", caches, plain, 0.005)


def check_products(checks: Checks, device: str) -> None:
    """fp8 and grouped products, with empty experts, against float32."""
    x = torch.randn(37, 256, dtype=BF16, device=device)
    weight = torch.randn(512, 256, dtype=BF16, device=device)
    wanted = x.float() @ weight.float().t()
    checks.close("bfloat16 product", Linear(weight)(x), wanted, 0.01)
    checks.close("fp8 product", Linear.from_wide(weight, True)(x), wanted, FP8_LIMIT)
    ends = torch.tensor([5, 5, 21, 37], dtype=torch.int32, device=device)
    experts = torch.randn(4, 512, 256, dtype=BF16, device=device)
    wanted = grouped_reference(ops.Rows(x, None), experts, None, ends)
    for fp8, limit in ((False, 0.01), (True, FP8_LIMIT)):
        rows = ops.quantise(x, ops.Narrow.PER_ROW) if fp8 else ops.Rows(x, None)
        found = GroupedLinear.from_wide(experts, fp8)(rows, ends)
        checks.close(f"grouped product fp8={fp8}", found, wanted, limit)


def check_attention(checks: Checks, device: str) -> None:
    """Attention of one token and of a prompt against plain softmax."""
    for tokens, context in ((1, 300), (128, 128)):
        query = torch.randn(2 * tokens, 8, 128, dtype=BF16, device=device)
        key, value = torch.randn(2, 2, context, 2, 128, dtype=BF16, device=device).unbind(0)
        found = ops.attention(query, key, value, tokens)
        wide_key = key.float().repeat_interleave(4, dim=2)
        wide_query = query.float().view(2, tokens, 8, 128)
        scores = torch.einsum("bqhd,bkhd->bhqk", wide_query, wide_key) / 128**0.5
        if tokens > 1:
            future = torch.ones(tokens, context, device=device).triu(1).bool()
            scores = scores.masked_fill(future, float("-inf"))
        wide_value = value.float().repeat_interleave(4, dim=2)
        wanted = torch.einsum("bhqk,bkhd->bqhd", scores.softmax(-1), wide_value)
        checks.close(f"attention of {tokens}", found, wanted.reshape(found.shape), 0.01)


def check_graphs(checks: Checks, device: str) -> None:
    """A replayed graph must compute what the same step computes without one."""
    for shape in (TINY_DENSE, TINY_MOE):
        for precision in ("bfloat16", "fp8"):
            model = Decoder.random(shape, precision, device, max_context=64)
            pool = CachePool(model, 4 * 64, device)
            for make in (decode_step, prefill_step):
                run_steps(captured(make(model, pool.view(4, 64), device)), 3, device)
            tokens = torch.randint(shape.vocab, (4, 1), device=device)
            positions = torch.full((4,), 63, dtype=torch.int32, device=device)
            box: list[torch.Tensor] = []

            def step() -> None:
                box[:] = [model.forward(tokens, positions, pool.view(4, 64))]

            step()
            wanted = box[0].clone()
            captured(step)()
            torch.cuda.synchronize()
            checks.close(f"graph of {shape.key} {precision}", box[0], wanted, 0.02)


def median_ms(step: Callable[[], object], repeats: int = 20) -> float:
    """Median milliseconds of a step, replayed as a graph."""
    replay = captured(step)
    run_steps(replay, 5, "cuda")
    return sorted(run_steps(replay, repeats, "cuda"))[repeats // 2]


def print_speeds() -> None:
    """Memory bandwidth of the main products and of attention, and prefill rates."""
    shape = SHAPES["qwen3-32b"]
    size = (2 * shape.intermediate, shape.hidden)
    for tokens in (1, 16, 64, 256, 2048):
        for fp8 in (False, True):
            weights = [
                Linear.from_wide(torch.randn(*size, dtype=BF16, device="cuda"), fp8) for _ in range(4)
            ]
            x = torch.randn(tokens, shape.hidden, dtype=BF16, device="cuda")
            rows = ops.quantise(x, ops.Narrow.FIXED) if fp8 else ops.Rows(x, None)
            step_ms = median_ms(lambda: [weight(rows) for weight in weights]) / len(weights)
            weight_bytes = size[0] * size[1] * (1 if fp8 else 2)
            print(
                f"product of {tokens} rows fp8={fp8}: {step_ms:.4f} ms, "
                f"{weight_bytes / step_ms / 1e9:.2f} TB/s, "
                f"{2 * tokens * size[0] * size[1] / step_ms / 1e9:.0f} TFLOP/s"
            )
    for batch, context in ((1, 2048), (1, 8192), (64, 2048), (256, 512), (16, 8192)):
        cache = torch.randn(8, 2, batch, context, 8, 128, dtype=BF16, device="cuda")
        query = torch.randn(batch, 32, 128, dtype=BF16, device="cuda")
        step_ms = median_ms(lambda: [ops.attention(query, k, v, 1) for k, v in cache]) / 8
        rate = cache[0].numel() * 2 / step_ms / 1e9
        print(f"decode attention b{batch} c{context}: {step_ms:.4f} ms, {rate:.2f} TB/s")
    for length in (2048, 8192):
        kv = torch.randn(2, 1, length, 8, 128, dtype=BF16, device="cuda")
        query = torch.randn(length, 64, 128, dtype=BF16, device="cuda")
        step_ms = median_ms(lambda: ops.attention(query, kv[0], kv[1], length))
        rate = 2 * length**2 * 64 * 128 / step_ms / 1e9
        print(f"prefill attention of {length}: {step_ms:.3f} ms, {rate:.0f} TFLOP/s")


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    device = parser.parse_args().device
    torch.manual_seed(0)
    checks = Checks()
    for columns in (96, 768, 5120) if device == "cuda" else (96, 768):
        check_rows(checks, device, columns)
    check_rope(checks, device)
    check_products(checks, device)
    check_attention(checks, device)
    if device == "cuda":
        check_graphs(checks, device)
        print_speeds()
    print(f"{checks.failures} failures")
    sys.exit(1 if checks.failures else 0)


if __name__ == "__main__":
    main()
