"""The plan that compares layouts: the same points at every tensor parallel degree.

It asks what one node costs when a model is spread over all of its GPUs, and what it costs when the
same GPUs hold several smaller replicas, down to the batches that a lightly loaded node sees.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from .points import ANCHOR_BATCH, ANCHOR_CONTEXT, Point, decode_points, prefill_points

DECODE: tuple[tuple[int, int], ...] = (
    (ANCHOR_BATCH, ANCHOR_CONTEXT),
    (8, 2048),
    (128, 2048),
    (1, 2048),
    (256, 2048),
    (32, 2048),
    (16, 2048),
    (512, 512),
    (16, 8192),
)
"""(batch, context) pairs, the most informative first."""
PREFILL: tuple[tuple[int, int], ...] = ((1, 2048), (1, 8192))
"""(batch, prompt length) pairs."""


def layout_plan(models: Sequence[str], precisions: Sequence[str]) -> list[Point]:
    """Every group once, then again for the repeats, with the model built anew in between."""
    groups = [(model, precision) for precision in precisions for model in models]
    plan: list[Point] = [Point("idle")]
    for group in groups:
        plan += [*decode_points(*group, DECODE), *prefill_points(*group, PREFILL)]
        plan.append(Point("idle-loaded", *group))
    for model, precision in groups:
        anchor = Point("decode", model, precision, ANCHOR_BATCH, ANCHOR_CONTEXT)
        plan.append(replace(anchor, repeat_id=2))
        if precision == "bfloat16":
            at = (model, precision, ANCHOR_BATCH, ANCHOR_CONTEXT)
            plan += [Point("duty", *at, duty=duty, duty_period_s=1.0) for duty in (0.5, 0.2)]
        plan.append(replace(anchor, repeat_id=3))
    return plan
