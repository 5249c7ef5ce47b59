"""The element-wise operations of the decoder: fused kernels on a GPU, plain PyTorch elsewhere."""

from __future__ import annotations

import os
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import torch
import torch.nn.functional as F

FP8 = torch.float8_e4m3fn
FP8_LARGEST = 448.0
TINIEST_AMAX = 1e-12
FIXED_SCALE = 1 / 16
"""Activations of up to 28 fit; what random weights make stays below."""


class Narrow(Enum):
    """Whether and how activations become fp8."""

    NO = 0
    PER_ROW = 1
    """One scale per token from its largest value: what grouped products take."""
    FIXED = 2
    """One scale known beforehand, as in checkpoints with static activation scales: the fastest."""


class Rows(NamedTuple):
    """Activations, one row per token; in fp8 with one scale per row ([rows, 1]) or one for all."""

    data: torch.Tensor
    scale: torch.Tensor | None


@lru_cache(maxsize=None)
def fixed_scale(device: torch.device) -> torch.Tensor:
    """The fixed scale on a device, made once: a CUDA graph can't make it."""
    return torch.full((), FIXED_SCALE, dtype=torch.float32, device=device)


def uses_kernels(tensor: torch.Tensor) -> bool:
    """Whether the fused kernels run on this tensor; they can be interpreted on a CPU in tests."""
    return tensor.is_cuda or os.environ.get("TRITON_INTERPRET") == "1"


def scaled_to_fp8(value: torch.Tensor, dim: int | None = -1) -> Rows:
    """fp8 whose largest value is 448 along `dim` (with None: of the whole tensor)."""
    wide = value.float()
    amax = wide.abs().amax() if dim is None else wide.abs().amax(dim, keepdim=True)
    amax = amax.clamp(min=TINIEST_AMAX)
    return Rows((wide * (FP8_LARGEST / amax)).to(FP8), amax / FP8_LARGEST)


def narrowed(value: torch.Tensor, narrow: Narrow, dtype: torch.dtype) -> Rows:
    """Rows in `dtype`, or in fp8."""
    if narrow is Narrow.NO:
        return Rows(value.to(dtype), None)
    if narrow is Narrow.PER_ROW:
        return scaled_to_fp8(value)
    clamped = (value.float() / FIXED_SCALE).clamp(-FP8_LARGEST, FP8_LARGEST)
    return Rows(clamped.to(FP8), fixed_scale(value.device))


def rms_norm(
    delta: torch.Tensor | None,
    residual: torch.Tensor,
    weight: torch.Tensor,
    eps: float,
    narrow: Narrow = Narrow.NO,
) -> Rows:
    """Adds `delta` into `residual` in place, then normalises the rows."""
    if uses_kernels(residual):
        from . import kernels

        return kernels.rms_norm(delta, residual, weight, eps, narrow)
    value = residual.float()
    if delta is not None:
        value = value + delta.float()
        residual.copy_(value)
    value = value * torch.rsqrt(value.pow(2).mean(-1, keepdim=True) + eps) * weight.float()
    return narrowed(value, narrow, residual.dtype)


def swiglu(gate_up: torch.Tensor, narrow: Narrow) -> Rows:
    """silu(gate) * up, where each row holds gate then up."""
    if uses_kernels(gate_up):
        from . import kernels

        return kernels.swiglu(gate_up, narrow)
    gate, up = gate_up.float().chunk(2, dim=-1)
    return narrowed(F.silu(gate) * up, narrow, gate_up.dtype)


def quantise(x: torch.Tensor, narrow: Narrow) -> Rows:
    """Rows in fp8."""
    if uses_kernels(x):
        from . import kernels

        return kernels.quantise(x, narrow)
    return narrowed(x, narrow, x.dtype)


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
    """Rotates queries and keys, writes keys and values to the cache, returns the queries.

    `qkv` is [tokens, (query + key + value heads) * head_dim]; caches are [batch, tokens, kv heads,
    head_dim]; `positions` holds the place of every token in its sequence.
    """
    if uses_kernels(qkv):
        from . import kernels

        return kernels.rope_cache(
            qkv, query_weight, key_weight, cosine, sine, positions, key_cache, value_cache,
            tokens_per_sequence, query_heads, eps,
        )  # fmt: skip
    kv_heads, head_dim = key_cache.shape[2], key_cache.shape[3]
    heads = qkv.view(qkv.shape[0], query_heads + 2 * kv_heads, head_dim)
    query, key, value = heads.split([query_heads, kv_heads, kv_heads], dim=1)
    if query_weight is not None and key_weight is not None:
        query = _normalised(query, query_weight, eps)
        key = _normalised(key, key_weight, eps)
    cos, sin = cosine[positions][:, None], sine[positions][:, None]
    batch = qkv.shape[0] // tokens_per_sequence
    sequence = torch.arange(batch, device=qkv.device).repeat_interleave(tokens_per_sequence)
    key_cache[sequence, positions] = _rotated(key, cos, sin).to(key_cache.dtype)
    value_cache[sequence, positions] = value
    return _rotated(query, cos, sin).to(qkv.dtype)


def _normalised(x: torch.Tensor, weight: torch.Tensor, eps: float) -> torch.Tensor:
    wide = x.float()
    return wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + eps) * weight.float()


def _rotated(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    low, high = x.float().chunk(2, dim=-1)
    return torch.cat([low * cos - high * sin, high * cos + low * sin], dim=-1)


def attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, tokens_per_sequence: int
) -> torch.Tensor:
    """Attention of one layer: causal over a prompt, or one new token over the whole cache.

    `query` is [tokens, heads, head_dim]; `key` and `value` are [batch, context, kv heads, head_dim].
    Returns [tokens, heads * head_dim].
    """
    batch, _, kv_heads, head_dim = key.shape
    query = query.view(batch, tokens_per_sequence, -1, head_dim).transpose(1, 2)
    out = F.scaled_dot_product_attention(
        query,
        key.transpose(1, 2),
        value.transpose(1, 2),
        is_causal=tokens_per_sequence > 1,
        enable_gqa=query.shape[1] != kv_heads,
    )
    return out.transpose(1, 2).reshape(batch * tokens_per_sequence, -1)


def draw_tokens(logits: torch.Tensor) -> torch.Tensor:
    """One token per row, drawn from softmax(logits) by the Gumbel trick."""
    noise = torch.empty_like(logits, dtype=torch.float32).exponential_().log_()
    return torch.argmax(logits.float() - noise, dim=-1)
