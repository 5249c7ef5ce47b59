"""How much repeats of one point differ, and whether that is within the bars."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Iterable, Mapping, Sequence

POWER_BAR = 0.02
"""Largest accepted coefficient of variation of power (ratio)."""
THROUGHPUT_BAR = 0.03
"""Largest accepted coefficient of variation of throughput (ratio)."""


@dataclass(frozen=True)
class Spread:
    """Mean and relative spread of repeats."""

    count: int
    mean: float
    variation: float
    """Sample standard deviation over mean (ratio)."""
    full_range: float
    """Largest minus smallest, over mean (ratio)."""


@dataclass(frozen=True)
class RepeatedPoint:
    """All repeats of one point on one machine."""

    config_id: str
    tp: str
    """GPUs per replica."""
    machine: str
    power_w: Spread
    throughput_tok_s: Spread

    @property
    def within_bars(self) -> bool:
        """Whether power and throughput repeat well enough."""
        return (
            self.power_w.variation <= POWER_BAR
            and self.throughput_tok_s.variation <= THROUGHPUT_BAR
        )


def spread(values: Sequence[float]) -> Spread:
    """Mean and relative spread. One value has no spread: zero."""
    mean = sum(values) / len(values)
    if len(values) == 1:
        return Spread(1, mean, 0.0, 0.0)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return Spread(len(values), mean, variance**0.5 / mean, (max(values) - min(values)) / mean)


def repeated_points(rows: Iterable[Mapping[str, str]]) -> list[RepeatedPoint]:
    """Points with two or more repeats on one machine, of decode and prefill, in order of appearance."""
    by_config: dict[tuple[str, str, str], list[Mapping[str, str]]] = defaultdict(list)
    for row in rows:
        if row["phase"] in ("decode", "prefill"):
            by_config[row["config_id"], row["tp"], row["machine"]].append(row)
    return [
        RepeatedPoint(
            config_id=config_id,
            tp=tp,
            machine=machine,
            power_w=spread([float(row["avg_power_w"]) for row in group]),
            throughput_tok_s=spread([_tokens_per_s(row) for row in group]),
        )
        for (config_id, tp, machine), group in by_config.items()
        if len(group) > 1
    ]


def _tokens_per_s(row: Mapping[str, str]) -> float:
    return float(row["throughput_tok_s"] or row["prefill_tok_s"])
