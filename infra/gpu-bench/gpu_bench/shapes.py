"""The true shapes of the models that are measured. Weights are random; only the shapes are real.

Each shape is read off the `config.json` that its maker publishes with the model (see `source`).
Byte counts are what the benchmark itself keeps in GPU memory, so they decide what fits.
"""

from __future__ import annotations

from dataclasses import dataclass

BYTES_PER_BF16 = 2
BYTES_PER_FP8 = 1


@dataclass(frozen=True)
class ModelShape:
    """One decoder-only transformer with grouped-query attention."""

    key: str
    """Short name on the command line."""
    model: str
    """Published model whose shape this is."""
    arch: str
    """`Dense Transformer` or `MoE`."""
    source: str
    """Where the numbers below were read."""
    layers: int
    hidden: int
    query_heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    """Width of the feed-forward block; for a mixture of experts, of one expert."""
    vocab: int
    rope_theta: float
    norm_eps: float
    qk_norm: bool = False
    """Whether queries and keys are normalised per head before the rotary embedding."""
    experts: int = 0
    """Number of experts per layer; 0 for a dense model."""
    experts_per_token: int = 0

    @property
    def is_moe(self) -> bool:
        """Whether the feed-forward block is a mixture of experts."""
        return self.experts > 0

    @property
    def attention_params(self) -> int:
        """Projection weights of one attention block (parameters)."""
        query = self.query_heads * self.head_dim
        key_value = 2 * self.kv_heads * self.head_dim
        return self.hidden * (query + key_value) + query * self.hidden

    @property
    def expert_params(self) -> int:
        """Weights of one feed-forward block or one expert (parameters)."""
        return 3 * self.hidden * self.intermediate

    @property
    def params_total(self) -> int:
        """All weights, embedding and output head included; norms are left out (< 0.01 %)."""
        blocks = max(1, self.experts)
        router = self.hidden * self.experts
        per_layer = self.attention_params + blocks * self.expert_params + router
        return self.layers * per_layer + 2 * self.vocab * self.hidden

    @property
    def params_active(self) -> int:
        """Weights that one token uses (parameters)."""
        blocks = self.experts_per_token if self.is_moe else 1
        router = self.hidden * self.experts
        per_layer = self.attention_params + blocks * self.expert_params + router
        return self.layers * per_layer + 2 * self.vocab * self.hidden

    def weight_bytes(self, precision: str) -> int:
        """Bytes of the weights. In fp8 the embedding, the head and the router stay bfloat16."""
        kept_wide = 2 * self.vocab * self.hidden + self.layers * self.hidden * self.experts
        narrow = self.params_total - kept_wide
        bytes_per_narrow = BYTES_PER_FP8 if precision == "fp8" else BYTES_PER_BF16
        return kept_wide * BYTES_PER_BF16 + narrow * bytes_per_narrow

    @property
    def kv_bytes_per_token(self) -> int:
        """Bytes of bfloat16 keys and values that one token leaves in the cache."""
        return 2 * self.layers * self.kv_heads * self.head_dim * BYTES_PER_BF16


LLAMA_3_1_8B = ModelShape(
    key="llama-3.1-8b",
    model="meta-llama/Llama-3.1-8B-Instruct",
    arch="Dense Transformer",
    source="config.json of meta-llama/Llama-3.1-8B-Instruct",
    layers=32,
    hidden=4096,
    query_heads=32,
    kv_heads=8,
    head_dim=128,
    intermediate=14336,
    vocab=128256,
    rope_theta=500_000.0,
    norm_eps=1e-5,
)

QWEN3_32B = ModelShape(
    key="qwen3-32b",
    model="Qwen/Qwen3-32B",
    arch="Dense Transformer",
    source="config.json of Qwen/Qwen3-32B",
    layers=64,
    hidden=5120,
    query_heads=64,
    kv_heads=8,
    head_dim=128,
    intermediate=25600,
    vocab=151936,
    rope_theta=1_000_000.0,
    norm_eps=1e-6,
    qk_norm=True,
)

QWEN3_30B_A3B = ModelShape(
    key="qwen3-30b-a3b",
    model="Qwen/Qwen3-30B-A3B-Instruct-2507",
    arch="MoE",
    source="config.json of Qwen/Qwen3-30B-A3B-Instruct-2507",
    layers=48,
    hidden=2048,
    query_heads=32,
    kv_heads=4,
    head_dim=128,
    intermediate=768,
    vocab=151936,
    rope_theta=10_000_000.0,
    norm_eps=1e-6,
    qk_norm=True,
    experts=128,
    experts_per_token=8,
)

TINY_DENSE = ModelShape(
    key="tiny-dense",
    model="none/tiny-dense",
    arch="Dense Transformer",
    source="made up: tries every code path in seconds",
    layers=2,
    hidden=128,
    query_heads=8,
    kv_heads=4,
    head_dim=64,
    intermediate=256,
    vocab=512,
    rope_theta=10_000.0,
    norm_eps=1e-6,
    qk_norm=True,
)

TINY_MOE = ModelShape(
    key="tiny-moe",
    model="none/tiny-moe",
    arch="MoE",
    source="made up: tries every code path in seconds",
    layers=2,
    hidden=128,
    query_heads=8,
    kv_heads=4,
    head_dim=64,
    intermediate=64,
    vocab=512,
    rope_theta=10_000.0,
    norm_eps=1e-6,
    qk_norm=True,
    experts=8,
    experts_per_token=2,
)

SHAPES: dict[str, ModelShape] = {
    shape.key: shape
    for shape in (LLAMA_3_1_8B, QWEN3_32B, QWEN3_30B_A3B, TINY_DENSE, TINY_MOE)
}
