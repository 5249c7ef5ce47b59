"""Measures one point: brings the load to a steady state, then times and weighs a window of it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Callable

from .parallel import TensorParallel
from .power import Meter, Sampler
from .steady import Sample, WindowStats, is_steady, window_stats

RunSteps = Callable[[int], list[float]]
"""Runs that many steps and returns the milliseconds of each."""


@dataclass(frozen=True)
class Timing:
    """How long to warm up and to measure, in seconds."""

    window_s: float = 5.0
    min_warmup_s: float = 1.6
    max_warmup_s: float = 3.5
    chunk_s: float = 0.2
    tail_s: float = 0.25
    """Load goes on after the window, so that the counter's next tick still belongs to it."""
    idle_settle_s: float = 3.0
    load_window_s: float = 3.0


QUICK = Timing(0.8, 0.4, 0.8, 0.1, 0.2, 0.5, 0.3)
"""For trying the program: too short to trust."""


@dataclass(frozen=True)
class Measurement:
    """The outcome of one window."""

    stats: WindowStats | None
    """None on processes that do not read the meter."""
    step_ms: list[float]
    warmup_s: float
    steady: bool
    busy_share: float = 1.0


class Measurer:
    """Runs windows on this process; only the first process of a replica reads the meter."""

    def __init__(self, meter: Meter | None, parallel: TensorParallel, timing: Timing) -> None:
        self._meter = meter
        self._parallel = parallel
        self._timing = timing

    def saturated(self, run: RunSteps) -> Measurement:
        """Steps back to back for a whole window."""
        with self._sampling() as sampler:
            began_s = time.perf_counter()
            step_s = self._step_seconds(run(2))
            steady, step_s = self._warm_up(run, step_s, sampler, began_s)
            count = max(3, math.ceil(self._timing.window_s / step_s))
            start_s = time.perf_counter()
            step_ms = run(count)
            end_s = time.perf_counter()
            run(max(1, math.ceil(self._timing.tail_s / step_s)))
        stats = self._stats(sampler, start_s, end_s)
        return Measurement(stats, step_ms, start_s - began_s, steady)

    def part_load(self, run: RunSteps, duty: float, period_s: float) -> Measurement:
        """Bursts of steps with idle gaps, so that work fills the share `duty` of the time."""
        with self._sampling() as sampler:
            began_s = time.perf_counter()
            step_s = self._step_seconds(run(max(3, math.ceil(0.3 / self._step_seconds(run(3))))))
            burst = max(1, round(duty * period_s / step_s))
            cycle_s = burst * step_s / duty
            self._cycles(run, burst, cycle_s, math.ceil(self._timing.max_warmup_s / cycle_s))
            start_s = time.perf_counter()
            cycles = math.ceil(self._timing.window_s / cycle_s)
            step_ms = self._cycles(run, burst, cycle_s, cycles)
            end_s = time.perf_counter()
            self._cycles(run, burst, cycle_s, math.ceil(self._timing.tail_s / cycle_s))
        stats = self._stats(sampler, start_s, end_s)
        busy_share = sum(step_ms) / 1000 / (end_s - start_s)
        return Measurement(stats, step_ms, start_s - began_s, True, busy_share)

    def idle(self) -> Measurement:
        """No work at all for a window."""
        with self._sampling() as sampler:
            began_s = time.perf_counter()
            time.sleep(self._timing.idle_settle_s)
            now_s = time.perf_counter()
            steady = is_steady(sampler.samples, now_s) if sampler else True
            time.sleep(self._timing.window_s)
            end_s = time.perf_counter()
            time.sleep(self._timing.tail_s)
        return Measurement(self._stats(sampler, now_s, end_s), [], now_s - began_s, steady)

    def loading(self, load_once: Callable[[], None]) -> Measurement:
        """Loads the weights, as often as fills a window; each load is one step."""
        with self._sampling() as sampler:
            began_s = time.perf_counter()
            time.sleep(0.3)
            start_s = now_s = time.perf_counter()
            step_ms: list[float] = []
            while self._parallel.agree(float(now_s - start_s < self._timing.load_window_s)):
                load_once()
                step_ms.append((time.perf_counter() - now_s) * 1000)
                now_s = time.perf_counter()
            time.sleep(self._timing.tail_s)
        return Measurement(self._stats(sampler, start_s, now_s), step_ms, start_s - began_s, True)

    def _warm_up(
        self, run: RunSteps, step_s: float, sampler: "Sampler | NoSampler", began_s: float
    ) -> tuple[bool, float]:
        timing = self._timing
        while True:
            chunk = max(1, math.ceil(timing.chunk_s / step_s))
            step_s = self._step_seconds(run(chunk))
            now_s = time.perf_counter()
            steady = is_steady(sampler.samples, now_s) if sampler else True
            long_enough = now_s - began_s >= timing.min_warmup_s
            too_long = now_s - began_s >= timing.max_warmup_s
            if self._parallel.agree(float((steady and long_enough) or too_long)):
                return steady, step_s

    def _step_seconds(self, step_ms: list[float]) -> float:
        """Median step time, the same on all processes."""
        median_ms = sorted(step_ms)[len(step_ms) // 2]
        return max(1e-6, self._parallel.agree(median_ms / 1000))

    @staticmethod
    def _cycles(run: RunSteps, burst: int, cycle_s: float, count: int) -> list[float]:
        step_ms: list[float] = []
        start_s = time.perf_counter()
        for cycle in range(count):
            step_ms += run(burst)
            wait_s = start_s + (cycle + 1) * cycle_s - time.perf_counter()
            if wait_s > 0:
                time.sleep(wait_s)
        return step_ms

    def _sampling(self) -> "Sampler | NoSampler":
        return Sampler(self._meter) if self._meter else NoSampler()

    def _stats(
        self, sampler: "Sampler | NoSampler", start_s: float, end_s: float
    ) -> WindowStats | None:
        if isinstance(sampler, NoSampler):
            return None
        if sampler.error is not None:
            raise sampler.error
        return window_stats(sampler.samples, start_s, end_s)


class NoSampler:
    """Stands in for the sampler on processes that do not read the meter."""

    samples: list[Sample] = []

    def __enter__(self) -> "NoSampler":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __bool__(self) -> bool:
        return False
