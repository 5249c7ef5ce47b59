"""Pure arithmetic on power samples: when load is steady, and what a window of time cost."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Sequence


@dataclass(frozen=True)
class Sample:
    """One reading of all GPUs of a replica."""

    time_s: float
    """Monotonic clock at the reading."""
    energy_j: tuple[float, ...]
    """Total-energy counter of each GPU."""
    power_w: float
    """Instantaneous power, summed over the GPUs."""
    smoothed_power_w: float
    """The driver's own one-second average, summed over the GPUs."""
    sm_clock_mhz: float
    """Clock of the multiprocessors, mean over the GPUs."""
    temperature_c: float
    """Hottest GPU."""
    throttle_bits: int = 0
    """The driver's reasons for lowering clocks, or-ed over the GPUs."""


@dataclass(frozen=True)
class WindowStats:
    """What one window of time cost."""

    window_s: float
    energy_j: float
    """From the total-energy counter, interpolated to the window's exact edges."""
    power_counter_w: float
    power_sampled_w: float
    """Time-weighted mean of the instantaneous samples."""
    power_smoothed_w: float
    power_stdev_w: float
    sm_clock_mhz: float
    temperature_c: float
    throttle_bits: int
    samples: int


def counter_ticks(times_s: Sequence[float], values: Sequence[float]) -> list[tuple[float, float]]:
    """Moments (s) at which a counter was first seen with a new value, with that value.

    The driver refreshes the counter less often than we read it; only changes carry a time.
    """
    ticks: list[tuple[float, float]] = []
    for time_s, value in zip(times_s, values):
        if not ticks or value != ticks[-1][1]:
            ticks.append((time_s, value))
    return ticks


def interpolate(ticks: Sequence[tuple[float, float]], at_s: float) -> float:
    """Value at `at_s`, linear between ticks and extended past the ends with the end slopes."""
    if len(ticks) < 2:
        raise ValueError("needs two ticks of the counter")
    right = bisect_right([time_s for time_s, _ in ticks], at_s)
    right = min(max(right, 1), len(ticks) - 1)
    (t0, v0), (t1, v1) = ticks[right - 1], ticks[right]
    return v0 + (v1 - v0) * (at_s - t0) / (t1 - t0)


def energy_between(samples: Sequence[Sample], start_s: float, end_s: float) -> float:
    """Joules that all GPUs drew between two moments, from their counters."""
    times_s = [sample.time_s for sample in samples]
    total_j = 0.0
    for gpu in range(len(samples[0].energy_j)):
        ticks = counter_ticks(times_s, [sample.energy_j[gpu] for sample in samples])
        total_j += interpolate(ticks[1:] if len(ticks) > 2 else ticks, end_s)
        total_j -= interpolate(ticks[1:] if len(ticks) > 2 else ticks, start_s)
    return total_j


def time_weighted_mean(times_s: Sequence[float], values: Sequence[float]) -> float:
    """Mean by the trapezoid rule; the plain mean where all readings share one moment."""
    if len(values) == 0:
        raise ValueError("no values")
    span_s = times_s[-1] - times_s[0]
    if span_s <= 0:
        return sum(values) / len(values)
    area = sum(
        (values[i] + values[i + 1]) / 2 * (times_s[i + 1] - times_s[i])
        for i in range(len(values) - 1)
    )
    return area / span_s


def window_stats(samples: Sequence[Sample], start_s: float, end_s: float) -> WindowStats:
    """Energy and mean power between two moments. `samples` should reach beyond both."""
    inside = [sample for sample in samples if start_s <= sample.time_s <= end_s]
    if len(inside) < 2:
        raise ValueError("fewer than two power samples in the window")
    times_s = [sample.time_s for sample in inside]
    power_w = [sample.power_w for sample in inside]
    mean_w = time_weighted_mean(times_s, power_w)
    energy_j = energy_between(samples, start_s, end_s)
    throttle_bits = 0
    for sample in inside:
        throttle_bits |= sample.throttle_bits
    return WindowStats(
        window_s=end_s - start_s,
        energy_j=energy_j,
        power_counter_w=energy_j / (end_s - start_s),
        power_sampled_w=mean_w,
        power_smoothed_w=time_weighted_mean(times_s, [s.smoothed_power_w for s in inside]),
        power_stdev_w=(sum((p - mean_w) ** 2 for p in power_w) / len(power_w)) ** 0.5,
        sm_clock_mhz=sum(s.sm_clock_mhz for s in inside) / len(inside),
        temperature_c=sum(s.temperature_c for s in inside) / len(inside),
        throttle_bits=throttle_bits,
        samples=len(inside),
    )


def is_steady(
    samples: Sequence[Sample], now_s: float, span_s: float = 0.75, tolerance: float = 0.015
) -> bool:
    """Whether mean power over the last `span_s` is within `tolerance` (a ratio) of the span before."""
    newer = [s for s in samples if now_s - span_s < s.time_s <= now_s]
    older = [s for s in samples if now_s - 2 * span_s < s.time_s <= now_s - span_s]
    if len(newer) < 5 or len(older) < 5:
        return False
    newer_w = time_weighted_mean([s.time_s for s in newer], [s.power_w for s in newer])
    older_w = time_weighted_mean([s.time_s for s in older], [s.power_w for s in older])
    return abs(newer_w - older_w) <= tolerance * newer_w


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie, linear between neighbours."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
