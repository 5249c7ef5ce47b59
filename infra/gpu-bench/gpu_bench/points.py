"""The plan: which points to measure, in which order, and which of them fit in GPU memory.

The plan has two passes over all models, so that a run that is cut short still covers every model,
and repeats of one point lie far apart in time with the model built anew in between.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterable, Sequence

from .shapes import SHAPES, ModelShape

RESERVED_BYTES = 5_000_000_000
"""Kept free for activations, CUDA graphs and the libraries' own buffers."""
LOGITS_COPIES_BYTES = 14
"""Bytes per logit while a token is drawn: bfloat16 logits and three float32 copies."""

ANCHOR_BATCH = 64
ANCHOR_CONTEXT = 2048


@dataclass(frozen=True)
class Point:
    """One thing to measure."""

    kind: str
    """`idle`, `load-weights`, `idle-loaded`, `decode`, `prefill` or `duty`."""
    model_key: str = ""
    precision: str = ""
    batch: int = 0
    """Sequences in the batch."""
    context_len: int = 0
    """decode: tokens each sequence attends to; prefill: prompt tokens per sequence."""
    duty: float = 1.0
    """Share of time with work; the rest is idle gaps."""
    duty_period_s: float = 0.0
    """Length of one busy-and-idle cycle; 0 puts a gap after every decode step."""
    host_memory: str = ""
    """load-weights: `pinned` or `pageable` source memory."""
    repeat_id: int = 1

    @property
    def point_id(self) -> str:
        """Identifies the point in the results, so that a later run can skip it."""
        parts = [self.kind, self.model_key, self.precision]
        if self.batch:
            parts.append(f"b{self.batch}-c{self.context_len}")
        if self.kind == "duty":
            parts.append(f"duty{self.duty:g}-period{self.duty_period_s:g}")
        parts += [self.host_memory, f"r{self.repeat_id}"]
        return "/".join(part for part in parts if part)

    @property
    def config_id(self) -> str:
        """The same for all repeats of one point."""
        return self.point_id.rsplit("/", 1)[0]

    @property
    def group(self) -> tuple[str, str]:
        """Points of one group share the weights in GPU memory."""
        return (self.model_key, self.precision)


DECODE_FIRST: tuple[tuple[int, int], ...] = (
    (ANCHOR_BATCH, ANCHOR_CONTEXT),
    (1, 2048),
    (8, 2048),
    (128, 2048),
    (256, 512),
    (512, 512),
    (16, 8192),
    (32, 2048),
)
"""(batch, context) pairs of the first pass."""

DECODE_SECOND: tuple[tuple[int, int], ...] = (
    (64, 512),
    (32, 8192),
    (256, 2048),
    (16, 2048),
    (512, 1024),
    (64, 8192),
    (1, 8192),
    (4, 2048),
    (128, 4096),
)
"""(batch, context) pairs of the second pass."""

DECODE_EXTRA: dict[str, tuple[tuple[int, int], ...]] = {
    "qwen3-32b": ((64, 4096), (128, 1024)),
}
"""More pairs in the second pass, for a model whose larger points don't fit one GPU."""

PREFILL_FIRST: tuple[tuple[int, int], ...] = ((1, 2048), (1, 8192))
"""(batch, prompt length) pairs."""
PREFILL_SECOND: tuple[tuple[int, int], ...] = ((1, 512), (4, 2048))


def decode_points(model: str, precision: str, pairs: Iterable[tuple[int, int]]) -> list[Point]:
    """Saturated decode points."""
    return [Point("decode", model, precision, batch, context) for batch, context in pairs]


def prefill_points(model: str, precision: str, pairs: Iterable[tuple[int, int]]) -> list[Point]:
    """Prefill points."""
    return [Point("prefill", model, precision, batch, length) for batch, length in pairs]


def anchors(model: str, precision: str) -> list[Point]:
    """Points that are repeated to learn how much two measurements of one thing differ."""
    points = decode_points(model, precision, [(ANCHOR_BATCH, ANCHOR_CONTEXT)])
    if precision == "bfloat16":
        points += decode_points(model, precision, [(1, 2048)])
    if precision == "fp8":
        points += prefill_points(model, precision, [(1, 2048)])
    return points


def first_pass(model: str, precision: str) -> list[Point]:
    """The most informative points of one group."""
    return [
        *decode_points(model, precision, DECODE_FIRST),
        *prefill_points(model, precision, PREFILL_FIRST),
        Point("idle-loaded", model, precision),
        Point("load-weights", model, precision, host_memory="pinned"),
    ]


def second_pass(model: str, precision: str) -> list[Point]:
    """Repeats of the anchors at both ends; the rest of the grid and part load between."""
    repeats = anchors(model, precision)
    points = [replace(point, repeat_id=2) for point in repeats]
    points += decode_points(model, precision, DECODE_SECOND[:3])
    if precision == "bfloat16":
        at = (model, precision, ANCHOR_BATCH, ANCHOR_CONTEXT)
        points += [Point("duty", *at, duty=duty, duty_period_s=1.0) for duty in (0.5, 0.2)]
        points += [Point("duty", *at, duty=0.5, duty_period_s=0.0)]
    points += prefill_points(model, precision, PREFILL_SECOND)
    points += decode_points(model, precision, DECODE_SECOND[3:])
    points += decode_points(model, precision, DECODE_EXTRA.get(model, ()))
    points += [replace(point, repeat_id=3) for point in repeats]
    if precision == "bfloat16":
        points.append(Point("load-weights", model, precision, host_memory="pageable"))
    return points


def full_plan(models: Sequence[str], precisions: Sequence[str], idle_repeats: int = 3) -> list[Point]:
    """All points in the order in which they should be measured."""
    groups = [(model, precision) for precision in precisions for model in models]
    plan = [Point("idle", repeat_id=1 + i) for i in range(idle_repeats)]
    for model, precision in groups:
        plan += first_pass(model, precision)
    for model, precision in groups:
        plan += second_pass(model, precision)
    return plan


def quick_plan(models: Sequence[str], precisions: Sequence[str]) -> list[Point]:
    """A few points of every kind, to try the program itself."""
    plan = [Point("idle")]
    for model in models:
        for precision in precisions:
            plan += decode_points(model, precision, [(1, 64), (16, 64)])
            plan += prefill_points(model, precision, [(2, 64)])
            plan.append(Point("duty", model, precision, 16, 64, duty=0.5, duty_period_s=0.2))
            plan.append(Point("duty", model, precision, 16, 64, duty=0.5, duty_period_s=0.0))
            plan.append(Point("idle-loaded", model, precision))
            plan.append(Point("load-weights", model, precision, host_memory="pinned"))
            plan.append(Point("load-weights", model, precision, host_memory="pageable"))
            plan.append(replace(decode_points(model, precision, [(16, 64)])[0], repeat_id=2))
    return plan


def kv_cache_bytes(point: Point, shape: ModelShape, tensor_parallel: int) -> int:
    """Bytes of key-value cache that one GPU holds for a point."""
    kv_heads = max(1, shape.kv_heads // tensor_parallel)
    per_token = shape.kv_bytes_per_token * kv_heads // shape.kv_heads
    return point.batch * point.context_len * per_token


def needed_bytes(point: Point, shape: ModelShape, tensor_parallel: int) -> int:
    """Bytes of memory that one GPU needs for a point."""
    weights = shape.weight_bytes(point.precision) // tensor_parallel
    logits = point.batch * shape.vocab * LOGITS_COPIES_BYTES
    tokens = point.batch * point.context_len if point.kind == "prefill" else point.batch
    width = max(shape.intermediate * max(1, shape.experts_per_token), shape.hidden)
    activations = tokens * width * 12
    cache = kv_cache_bytes(point, shape, tensor_parallel)
    return weights + cache + logits + activations + RESERVED_BYTES


def fits(point: Point, gpu_memory_bytes: int, tensor_parallel: int = 1) -> bool:
    """Whether a point fits in the memory of one GPU. Idle without a model always does."""
    if not point.model_key:
        return True
    return needed_bytes(point, SHAPES[point.model_key], tensor_parallel) <= gpu_memory_bytes


def remaining(
    plan: Iterable[Point], done_ids: set[str], gpu_memory_bytes: int, tensor_parallel: int = 1
) -> list[Point]:
    """Points that are not measured yet and fit, in plan order."""
    return [
        point
        for point in plan
        if point.point_id not in done_ids and fits(point, gpu_memory_bytes, tensor_parallel)
    ]


def runs_of_group(points: Sequence[Point]) -> list[list[Point]]:
    """Splits a plan wherever the model in memory has to change."""
    runs: list[list[Point]] = []
    for point in points:
        if not runs or runs[-1][0].group != point.group:
            runs.append([])
        runs[-1].append(point)
    return runs
