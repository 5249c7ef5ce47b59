"""The element-wise operations of the decoder: fused kernels on a GPU, plain PyTorch elsewhere."""

from __future__ import annotations

import os
from typing import NamedTuple

import torch
import torch.nn.functional as F

FP8 = torch.float8_e4m3fn
FP8_LARGEST = 448.0
TINIEST_AMAX = 1e-12


class Rows(NamedTuple):
    """Activations, one row per token; in fp8 with one scale per row."""

    data: torch.Tensor
    scale: torch.Tensor | None


def uses_kernels(tensor: torch.Tensor) -> bool:
    """Whether the fused kernels run on this tensor; they can be interpreted on a CPU in tests."""
    return tensor.is_cuda or os.environ.get("TRITON_INTERPRET") == "1"


def scaled_to_fp8(value: torch.Tensor) -> Rows:
    """fp8 rows; the largest value of each row becomes 448. `value` has two dimensions or more."""
    amax = value.float().abs().amax(-1, keepdim=True).clamp(min=TINIEST_AMAX)
    return Rows((value.float() * (FP8_LARGEST / amax)).to(FP8), amax / FP8_LARGEST)


def _finish(value: torch.Tensor, dtype: torch.dtype, fp8: bool) -> Rows:
    return scaled_to_fp8(value) if fp8 else Rows(value.to(dtype), None)


def rms_norm(
    delta: torch.Tensor | None, residual: torch.Tensor, weight: torch.Tensor, eps: float, fp8: bool
) -> Rows:
    """Adds `delta` into `residual` in place, then normalises the rows."""
    if uses_kernels(residual):
        from . import kernels

        return Rows(*kernels.rms_norm(delta, residual, weight, eps, fp8))
    value = residual.float()
    if delta is not None:
        value = value + delta.float()
        residual.copy_(value)
    value = value * torch.rsqrt(value.pow(2).mean(-1, keepdim=True) + eps) * weight.float()
    return _finish(value, residual.dtype, fp8)


def swiglu(gate_up: torch.Tensor, fp8: bool) -> Rows:
    """silu(gate) * up, where each row holds gate then up."""
    if uses_kernels(gate_up):
        from . import kernels

        return Rows(*kernels.swiglu(gate_up, fp8))
    gate, up = gate_up.float().chunk(2, dim=-1)
    return _finish(F.silu(gate) * up, gate_up.dtype, fp8)


def quantise(x: torch.Tensor) -> Rows:
    """fp8 rows with one scale each."""
    if uses_kernels(x):
        from . import kernels

        return Rows(*kernels.quantise(x))
    return scaled_to_fp8(x)


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
