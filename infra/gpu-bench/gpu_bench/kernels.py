"""Fused element-wise kernels in Triton. `ops.py` holds the same operations in plain PyTorch.

Decode runs dozens of small operations per layer; fused, they cost about what they cost in a
production engine. How outputs become fp8 is said in `ops.Narrow`.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from .ops import FP8, FIXED_SCALE, Narrow, Rows, fixed_scale

FP8_LARGEST = tl.constexpr(448.0)
TINIEST_AMAX = tl.constexpr(1e-12)
FIXED_INVERSE = tl.constexpr(1.0 / FIXED_SCALE)
PER_ROW = tl.constexpr(Narrow.PER_ROW.value)
FIXED = tl.constexpr(Narrow.FIXED.value)


@triton.jit
def _store_row(out, scale_out, row, col, mask, n_cols, value, NARROW: tl.constexpr):
    if NARROW == FIXED:
        value = tl.clamp(value * FIXED_INVERSE, -FP8_LARGEST, FP8_LARGEST)
    if NARROW == PER_ROW:
        amax = tl.maximum(tl.max(tl.abs(value), axis=0), TINIEST_AMAX)
        tl.store(scale_out + row, amax / FP8_LARGEST)
        value = value * (FP8_LARGEST / amax)
    tl.store(out + row * n_cols + col, value.to(out.dtype.element_ty), mask)


@triton.jit
def _rms_norm(
    delta, residual, weight, out, scale_out, n_cols, eps,
    ADD: tl.constexpr, NARROW: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0).to(tl.int64)
    col = tl.arange(0, BLOCK)
    mask = col < n_cols
    value = tl.load(residual + row * n_cols + col, mask, other=0.0).to(tl.float32)
    if ADD:
        value += tl.load(delta + row * n_cols + col, mask, other=0.0).to(tl.float32)
        tl.store(residual + row * n_cols + col, value.to(residual.dtype.element_ty), mask)
    inverse = 1.0 / tl.sqrt(tl.sum(value * value, axis=0) / n_cols + eps)
    value = value * inverse * tl.load(weight + col, mask, other=0.0).to(tl.float32)
    _store_row(out, scale_out, row, col, mask, n_cols, value, NARROW)


@triton.jit
def _swiglu(gate_up, out, scale_out, n_cols, NARROW: tl.constexpr, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    col = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    mask = col < n_cols
    gate = tl.load(gate_up + row * 2 * n_cols + col, mask, other=0.0).to(tl.float32)
    up = tl.load(gate_up + row * 2 * n_cols + n_cols + col, mask, other=0.0).to(tl.float32)
    value = gate / (1.0 + tl.exp(-gate)) * up
    _store_row(out, scale_out, row, col, mask, n_cols, value, NARROW)


@triton.jit
def _quantise(x, out, scale_out, n_cols, NARROW: tl.constexpr, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    col = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    mask = col < n_cols
    value = tl.load(x + row * n_cols + col, mask, other=0.0).to(tl.float32)
    _store_row(out, scale_out, row, col, mask, n_cols, value, NARROW)


@triton.jit
def _norm_half(low, high, weight, half, eps, HALF: tl.constexpr):
    inverse = 1.0 / tl.sqrt((tl.sum(low * low, 0) + tl.sum(high * high, 0)) / (2 * HALF) + eps)
    low = low * inverse * tl.load(weight + half).to(tl.float32)
    high = high * inverse * tl.load(weight + HALF + half).to(tl.float32)
    return low, high


@triton.jit
def _rope_cache(
    qkv, query_weight, key_weight, cosine, sine, positions, query_out, key_cache, value_cache,
    tokens_per_sequence, cache_sequence_stride, cache_token_stride, eps,
    QUERY_HEADS: tl.constexpr, KV_HEADS: tl.constexpr, HALF: tl.constexpr, NORM: tl.constexpr,
):  # fmt: skip
    token = tl.program_id(0).to(tl.int64)
    head = tl.program_id(1)
    half = tl.arange(0, HALF)
    source = qkv + (token * (QUERY_HEADS + 2 * KV_HEADS) + head) * 2 * HALF
    low = tl.load(source + half).to(tl.float32)
    high = tl.load(source + HALF + half).to(tl.float32)
    position = tl.load(positions + token).to(tl.int64)
    sequence = token // tokens_per_sequence
    cache_row = sequence * cache_sequence_stride + position * cache_token_stride
    if head < QUERY_HEADS + KV_HEADS:
        if NORM:
            if head < QUERY_HEADS:
                low, high = _norm_half(low, high, query_weight, half, eps, HALF)
            else:
                low, high = _norm_half(low, high, key_weight, half, eps, HALF)
        cos = tl.load(cosine + position * HALF + half)
        sin = tl.load(sine + position * HALF + half)
        turned_low = low * cos - high * sin
        turned_high = high * cos + low * sin
        low, high = turned_low, turned_high
    if head < QUERY_HEADS:
        target = query_out + (token * QUERY_HEADS + head) * 2 * HALF
    elif head < QUERY_HEADS + KV_HEADS:
        target = key_cache + cache_row + (head - QUERY_HEADS) * 2 * HALF
    else:
        target = value_cache + cache_row + (head - QUERY_HEADS - KV_HEADS) * 2 * HALF
    tl.store(target + half, low.to(target.dtype.element_ty))
    tl.store(target + HALF + half, high.to(target.dtype.element_ty))


def _warps(block: int) -> int:
    return max(1, min(16, block // 512))


def _row_output(rows: int, n_cols: int, like: torch.Tensor, narrow: Narrow) -> Rows:
    dtype = like.dtype if narrow is Narrow.NO else FP8
    out = torch.empty((rows, n_cols), dtype=dtype, device=like.device)
    if narrow is Narrow.FIXED:
        return Rows(out, fixed_scale(like.device))
    if narrow is Narrow.PER_ROW:
        return Rows(out, torch.empty((rows, 1), dtype=torch.float32, device=like.device))
    return Rows(out, None)


def _block(n_cols: int, narrow: Narrow) -> int:
    """Columns per program: a whole row where its largest value is needed."""
    block = triton.next_power_of_2(n_cols)
    return block if narrow is Narrow.PER_ROW else min(block, 2048)


def rms_norm(
    delta: torch.Tensor | None,
    residual: torch.Tensor,
    weight: torch.Tensor,
    eps: float,
    narrow: Narrow,
) -> Rows:
    """Adds `delta` into `residual` in place, then normalises. Rows are tokens."""
    rows, n_cols = residual.shape
    out = _row_output(rows, n_cols, residual, narrow)
    block = triton.next_power_of_2(n_cols)
    _rms_norm[(rows,)](
        residual if delta is None else delta, residual, weight, out.data,
        out.data if out.scale is None else out.scale, n_cols, eps,
        ADD=delta is not None, NARROW=narrow.value, BLOCK=block, num_warps=_warps(block),
    )  # fmt: skip
    return out


def swiglu(gate_up: torch.Tensor, narrow: Narrow) -> Rows:
    """silu(gate) * up, where each row holds gate then up."""
    rows, n_cols = gate_up.shape[0], gate_up.shape[1] // 2
    out = _row_output(rows, n_cols, gate_up, narrow)
    block = _block(n_cols, narrow)
    _swiglu[(rows, triton.cdiv(n_cols, block))](
        gate_up, out.data, out.data if out.scale is None else out.scale, n_cols,
        NARROW=narrow.value, BLOCK=block, num_warps=_warps(block),
    )  # fmt: skip
    return out


def quantise(x: torch.Tensor, narrow: Narrow) -> Rows:
    """Rows in fp8."""
    rows, n_cols = x.shape
    out = _row_output(rows, n_cols, x, narrow)
    block = _block(n_cols, narrow)
    _quantise[(rows, triton.cdiv(n_cols, block))](
        x, out.data, out.data if out.scale is None else out.scale, n_cols,
        NARROW=narrow.value, BLOCK=block, num_warps=_warps(block),
    )  # fmt: skip
    return out


def rope_cache(
    qkv: torch.Tensor,
    query_weight: torch.Tensor | None,
    key_weight: torch.Tensor | None,
    cosine: torch.Tensor,
    sine: torch.Tensor,
    positions: torch.Tensor,
    key_cache: torch.Tensor,
    value_cache: torch.Tensor,
    tokens_per_sequence: int,
    query_heads: int,
    eps: float,
) -> torch.Tensor:
    """Rotates queries and keys, writes keys and values to the cache, returns the queries."""
    tokens, kv_heads, head_dim = qkv.shape[0], key_cache.shape[2], key_cache.shape[3]
    query = torch.empty((tokens, query_heads, head_dim), dtype=qkv.dtype, device=qkv.device)
    _rope_cache[(tokens, query_heads + 2 * kv_heads)](
        qkv, qkv if query_weight is None else query_weight, qkv if key_weight is None else key_weight,
        cosine, sine, positions, query, key_cache, value_cache, tokens_per_sequence,
        key_cache.stride(0), key_cache.stride(1), eps, QUERY_HEADS=query_heads, KV_HEADS=kv_heads,
        HALF=head_dim // 2, NORM=query_weight is not None, num_warps=1,
    )  # fmt: skip
    return query
