"""A decoder-only transformer at a true shape with random weights, ready for CUDA graphs."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import torch

from . import ops
from .linear import GroupedLinear, Linear
from .parallel import TensorParallel
from .shapes import ModelShape

WEIGHT_STDEV = 0.02


@dataclass
class KvCache:
    """Keys and values of all layers, each [layers, batch, context, kv heads, head_dim]."""

    keys: torch.Tensor
    values: torch.Tensor


@dataclass
class Layer:
    """Weights of one layer (this process's part)."""

    attention_norm: torch.Tensor
    qkv: Linear
    query_norm: torch.Tensor | None
    key_norm: torch.Tensor | None
    out: Linear
    ffn_norm: torch.Tensor
    router: Linear | None
    gate_up: Linear | GroupedLinear
    down: Linear | GroupedLinear


@dataclass
class Decoder:
    """The model. Build it with `Decoder.random`."""

    shape: ModelShape
    fp8: bool
    parallel: TensorParallel
    embedding: torch.Tensor
    layers: list[Layer]
    final_norm: torch.Tensor
    head: Linear
    cosine: torch.Tensor
    sine: torch.Tensor
    _dense: ops.Narrow = field(init=False)
    """What the inputs of ordinary products are turned into."""
    _grouped: ops.Narrow = field(init=False)
    """What the inputs of products by expert are turned into."""

    def __post_init__(self) -> None:
        self._dense = ops.Narrow.FIXED if self.fp8 else ops.Narrow.NO
        self._grouped = ops.Narrow.PER_ROW if self.fp8 else ops.Narrow.NO

    @classmethod
    def random(
        cls,
        shape: ModelShape,
        precision: str,
        device: str,
        parallel: TensorParallel | None = None,
        max_context: int = 8192,
    ) -> "Decoder":
        """Random weights, made on the device; the same for any degree of tensor parallelism."""
        parallel = parallel or TensorParallel()
        make = WeightMaker(shape, precision == "fp8", device, parallel)
        cosine, sine = rope_tables(shape, max_context, device)
        return cls(
            shape=shape,
            fp8=precision == "fp8",
            parallel=parallel,
            embedding=make.matrix("embedding", shape.vocab, shape.hidden, stdev=1.0),
            layers=[make.layer(index) for index in range(shape.layers)],
            final_norm=make.ones(shape.hidden),
            head=Linear(parallel.shard(make.matrix("head", shape.vocab, shape.hidden), 0)),
            cosine=cosine,
            sine=sine,
        )

    @property
    def local_query_heads(self) -> int:
        """Query heads of this process."""
        return self.shape.query_heads // self.parallel.size

    @property
    def local_kv_heads(self) -> int:
        """Key-value heads of this process."""
        return max(1, self.shape.kv_heads // self.parallel.size)

    def forward(
        self, tokens: torch.Tensor, positions: torch.Tensor, cache: KvCache
    ) -> torch.Tensor:
        """Logits [batch, vocab] of the last token of each sequence.

        `tokens` is [batch, tokens per sequence]: a whole prompt, or one new token whose keys and
        values go to `positions` while it attends to the cache's whole context.
        """
        batch, per_sequence = tokens.shape
        residual = self.embedding[tokens.reshape(-1)]
        delta: torch.Tensor | None = None
        for index, layer in enumerate(self.layers):
            delta = self._attention(index, layer, delta, residual, positions, cache, per_sequence)
            delta = self._feed_forward(layer, delta, residual)
        if per_sequence > 1:
            assert delta is not None
            residual = residual.view(batch, per_sequence, -1)[:, -1].contiguous()
            delta = delta.view(batch, per_sequence, -1)[:, -1].contiguous()
        normed = ops.rms_norm(delta, residual, self.final_norm, self.shape.norm_eps)
        return self.parallel.gather_columns(self.head(normed))

    def _attention(
        self,
        index: int,
        layer: Layer,
        delta: torch.Tensor | None,
        residual: torch.Tensor,
        positions: torch.Tensor,
        cache: KvCache,
        per_sequence: int,
    ) -> torch.Tensor:
        eps = self.shape.norm_eps
        normed = ops.rms_norm(delta, residual, layer.attention_norm, eps, self._dense)
        keys, values = cache.keys[index], cache.values[index]
        query = ops.rope_cache(
            layer.qkv(normed), layer.query_norm, layer.key_norm, self.cosine, self.sine, positions,
            keys, values, per_sequence, self.local_query_heads, eps,
        )  # fmt: skip
        mixed = ops.attention(query, keys, values, per_sequence)
        return self.parallel.all_reduce(layer.out(mixed))

    def _feed_forward(
        self, layer: Layer, delta: torch.Tensor, residual: torch.Tensor
    ) -> torch.Tensor:
        eps = self.shape.norm_eps
        if layer.router is not None:
            # The router reads wide activations; the experts' input becomes fp8 after it.
            out = self._experts(layer, ops.rms_norm(delta, residual, layer.ffn_norm, eps).data)
        else:
            normed = ops.rms_norm(delta, residual, layer.ffn_norm, eps, self._dense)
            out = layer.down(ops.swiglu(layer.gate_up(normed), self._dense))
        return self.parallel.all_reduce(out)

    def _experts(self, layer: Layer, x: torch.Tensor) -> torch.Tensor:
        """Top-k routing without any wait for the CPU: rows are sorted by expert on the GPU."""
        assert layer.router is not None
        per_token = self.shape.experts_per_token
        scores = torch.softmax(layer.router(x).float(), dim=-1)
        weights, chosen = torch.topk(scores, per_token, dim=-1)
        weights = (weights / weights.sum(-1, keepdim=True)).to(x.dtype)
        sorted_experts, order = torch.sort(chosen.view(-1))
        experts = torch.arange(self.shape.experts, device=x.device)
        ends = torch.searchsorted(sorted_experts, experts, right=True).to(torch.int32)
        token = order // per_token
        if self.fp8:
            data, scale = ops.quantise(x, self._grouped)
            rows = ops.Rows(_take_fp8(data, token), scale[token] if scale is not None else None)
        else:
            rows = ops.Rows(x[token], None)
        hidden = ops.swiglu(layer.gate_up(rows, ends), self._grouped)
        sorted_out = layer.down(hidden, ends)
        out = torch.empty_like(sorted_out)
        out[order] = sorted_out
        out = out.view(x.shape[0], per_token, -1)
        return torch.bmm(weights[:, None], out)[:, 0]

    def weights(self) -> list[torch.Tensor]:
        """All weight matrices (norms and scales left out: they are tiny)."""
        found = [self.embedding, self.head.weight]
        for layer in self.layers:
            found += [layer.qkv.weight, layer.out.weight, layer.gate_up.weight, layer.down.weight]
            if layer.router is not None:
                found.append(layer.router.weight)
        return found


class WeightMaker:
    """Makes random weights by name, so that every degree of parallelism shards the same ones."""

    def __init__(
        self, shape: ModelShape, fp8: bool, device: str, parallel: TensorParallel
    ) -> None:
        self._shape = shape
        self._fp8 = fp8
        self._device = device
        self._parallel = parallel
        self._generator = torch.Generator(device=device)

    def matrix(self, name: str, *size: int, stdev: float = WEIGHT_STDEV) -> torch.Tensor:
        """A normal random matrix that depends on the name alone."""
        self._generator.manual_seed(zlib.crc32(f"{self._shape.key}/{name}".encode()))
        weight = torch.empty(size, dtype=torch.bfloat16, device=self._device)
        return weight.normal_(0.0, stdev, generator=self._generator)

    def ones(self, size: int) -> torch.Tensor:
        """Weights of a norm."""
        return torch.ones(size, dtype=torch.bfloat16, device=self._device)

    def layer(self, index: int) -> Layer:
        """This process's part of one layer."""
        shape = self._shape
        return Layer(
            attention_norm=self.ones(shape.hidden),
            qkv=self._qkv(f"{index}"),
            query_norm=self.ones(shape.head_dim) if shape.qk_norm else None,
            key_norm=self.ones(shape.head_dim) if shape.qk_norm else None,
            out=self._columns(f"{index}/out", shape.hidden, shape.query_heads * shape.head_dim),
            ffn_norm=self.ones(shape.hidden),
            router=Linear(self.matrix(f"{index}/router", shape.experts, shape.hidden))
            if shape.is_moe
            else None,
            gate_up=self._grouped_gate_up(f"{index}") if shape.is_moe else self._gate_up(f"{index}"),
            down=self._grouped_down(f"{index}")
            if shape.is_moe
            else self._columns(f"{index}/down", shape.hidden, shape.intermediate),
        )

    def _columns(self, name: str, rows: int, columns: int) -> Linear:
        weight = self._parallel.shard(self.matrix(name, rows, columns), 1)
        return Linear.from_wide(weight, self._fp8)

    def _qkv(self, name: str) -> Linear:
        shape, parallel = self._shape, self._parallel
        kv_rows = shape.kv_heads * shape.head_dim
        query = self.matrix(f"{name}/q", shape.query_heads * shape.head_dim, shape.hidden)
        key = parallel.kv_shard(self.matrix(f"{name}/k", kv_rows, shape.hidden), shape.kv_heads)
        value = parallel.kv_shard(self.matrix(f"{name}/v", kv_rows, shape.hidden), shape.kv_heads)
        return Linear.from_wide(torch.cat([parallel.shard(query, 0), key, value]), self._fp8)

    def _gate_up(self, name: str) -> Linear:
        shape, parallel = self._shape, self._parallel
        gate = parallel.shard(self.matrix(f"{name}/gate", shape.intermediate, shape.hidden), 0)
        up = parallel.shard(self.matrix(f"{name}/up", shape.intermediate, shape.hidden), 0)
        return Linear.from_wide(torch.cat([gate, up]), self._fp8)

    def _grouped_gate_up(self, name: str) -> GroupedLinear:
        shape, parallel = self._shape, self._parallel
        size = (shape.experts, shape.intermediate, shape.hidden)
        gate = parallel.shard(self.matrix(f"{name}/gate", *size), 1)
        up = parallel.shard(self.matrix(f"{name}/up", *size), 1)
        return GroupedLinear.from_wide(torch.cat([gate, up], dim=1), self._fp8)

    def _grouped_down(self, name: str) -> GroupedLinear:
        shape = self._shape
        weight = self.matrix(f"{name}/down", shape.experts, shape.hidden, shape.intermediate)
        return GroupedLinear.from_wide(self._parallel.shard(weight, 2), self._fp8)


def rope_tables(
    shape: ModelShape, max_context: int, device: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines [position, head_dim / 2] of the plain rotary embedding.

    Llama 3.1's long-context frequency scaling is left out: it changes values, not work.
    """
    half = torch.arange(shape.head_dim // 2, dtype=torch.float64)
    frequency = shape.rope_theta ** (-2.0 * half / shape.head_dim)
    angle = torch.arange(max_context, dtype=torch.float64)[:, None] * frequency
    return angle.cos().float().to(device), angle.sin().float().to(device)


def _take_fp8(data: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """Rows of an fp8 tensor; indexing is not implemented for fp8 everywhere, so as bytes."""
    return data.view(torch.uint8)[index].view(data.dtype)
