"""Measures the plan on this machine, one CSV row per point, within a time budget.

    python3 -m gpu_bench.bench --out results --budget-seconds 540
    python3 -m gpu_bench.bench --out results2 --resume results/runs.csv
    torchrun --nproc-per-node 4 -m gpu_bench.bench --out results --plan layouts
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Sequence

from .layouts import layout_plan
from .measure import QUICK, Measurement, Measurer, Timing
from .outcome import Setting, build_row
from .parallel import TensorParallel
from .points import Point, full_plan, quick_plan, remaining, runs_of_group
from .power import NvmlMeter, SimulatedMeter
from .rows import RowFile, read_rows
from .shapes import SHAPES

if TYPE_CHECKING:
    from .model import Decoder
    from .workload import CachePool

PROCESS_START_S = time.perf_counter()
ENOUGH_FAILURES = 3
"""After so many points in a row that failed, the GPU is taken to be in a bad state."""

EXPECTED_S = {
    "idle": 9.0, "idle-loaded": 9.0, "decode": 9.0, "prefill": 10.0, "duty": 12.0,
    "load-weights": 15.0,
}  # fmt: skip
"""Generous seconds per point; a point that may not finish within the budget is not begun."""
EXPECTED_BUILD_S = 12.0
PLANS = {"full": full_plan, "layouts": layout_plan}


class Bench:
    """Runs points in order and writes a row for each."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._device: str = args.device
        self._budget_s: float = args.budget_seconds
        self._parallel = TensorParallel.from_environment(args.device)
        size = self._parallel.size
        meter = NvmlMeter(size) if args.device == "cuda" else SimulatedMeter(gpu_count=size)
        facts = meter.describe()
        self._memory_bytes = meter.memory_bytes()
        self._setting = Setting(
            machine=args.machine or f"{size}x {facts['gpu_name']}, {os.cpu_count()} CPU cores",
            driver=facts["driver"],
            gpu_name=facts["gpu_name"],
            power_limit_w=facts["power_limit_w"],
            tensor_parallel=size,
            cuda_graph=args.device == "cuda",
        )
        first = self._parallel.rank == 0
        timing = QUICK if args.quick else Timing()
        self._measurer = Measurer(meter if first else None, self._parallel, timing)
        self._load_buffer_bytes = 1 << 22 if args.quick else 1 << 30
        self._file = RowFile(Path(args.out) / "runs.csv") if first else None
        self._done: set[str] = set()
        for row in read_rows(args.resume) if args.resume else []:
            if row["tp"] == str(size):
                self._done.add(row["point_id"])
            if self._file is not None:
                self._file.append(row)

    def run(self, plan: Sequence[Point]) -> None:
        """Measures what is left of the plan until it or the budget ends."""
        left = remaining(plan, self._done, self._memory_bytes, self._parallel.size)
        self._log(f"{len(plan)} points planned, {len(left)} left that fit")
        # Only before anything else touches the GPU is there no CUDA context; joining others makes one.
        alone = self._parallel.size == 1
        idle = [point for point in left if point.kind == "idle" and alone][:1]
        for point in idle:
            self._keep(point, self._measurer.idle())
        for points in runs_of_group([point for point in left if point.kind != "idle"]):
            if not self._time_for(EXPECTED_BUILD_S + EXPECTED_S[points[0].kind]):
                break
            if not self._run_group(points):
                break
        self._log("end")
        self._parallel.leave()

    def _run_group(self, points: Sequence[Point]) -> bool:
        """Measures points that share one model; False once time is up."""
        import torch

        from .model import Decoder
        from .workload import CachePool, free_memory

        torch.manual_seed(1)
        shape = SHAPES[points[0].model_key]
        model = Decoder.random(shape, points[0].precision, self._device, self._parallel)
        pool = CachePool(model, max(p.batch * p.context_len for p in points) or 1, self._device)
        free_memory(self._device)
        self._log(f"built {points[0].model_key} {points[0].precision}")
        failures = 0
        in_time = True
        for point in points:
            in_time = self._time_for(EXPECTED_S[point.kind])
            if not in_time:
                break
            try:
                self._measure(point, model, pool)
                failures = 0
            except (RuntimeError, ValueError) as error:
                failures += 1
                self._log(f"FAILED {point.point_id}: {str(error)[:300]}")
                if failures == ENOUGH_FAILURES or self._parallel.size > 1:
                    raise
            free_memory(self._device)
        del model, pool
        free_memory(self._device)
        return in_time

    def _measure(self, point: Point, model: "Decoder", pool: "CachePool") -> None:
        from .workload import HostWeights, captured, run_steps, step_for

        if point.kind == "idle-loaded":
            self._keep(point, self._measurer.idle())
            return
        if point.kind == "load-weights":
            pinned = point.host_memory == "pinned"
            host = HostWeights(model, pinned, self._device, self._load_buffer_bytes)
            self._keep(point, self._measurer.loading(host.load_once), host.total_bytes)
            return
        step = step_for(point, model, pool, self._device)
        if self._device == "cuda":
            step = captured(step)

        def run(count: int) -> list[float]:
            return run_steps(step, count, self._device)

        if point.kind == "duty":
            self._keep(point, self._measurer.part_load(run, point.duty, point.duty_period_s))
        else:
            self._keep(point, self._measurer.saturated(run))

    def _keep(self, point: Point, measured: Measurement, weight_bytes: int = 0) -> None:
        if self._file is None:
            return
        row = build_row(point, self._setting, measured, weight_bytes)
        self._file.append(row)
        speed = row.get("throughput_tok_s") or row.get("prefill_tok_s") or 0.0
        step_ms = row.get("tpot_ms") or row.get("prefill_ms") or 0.0
        self._log(
            f"{point.point_id}: {row['avg_power_w']:.1f} W (sampled {row['power_sampled_w']:.1f}), "
            f"{speed:.0f} tok/s, {step_ms:.3f} ms, {row['sm_clock_mhz']:.0f} MHz, "
            f"{row['temperature_c']:.0f} C, steady {row['steady']}, "
            f"warm-up {measured.warmup_s:.1f} s, {row['samples']} samples"
            + (f", load {row['load_seconds']:.2f} s" if "load_seconds" in row else "")
        )

    def _time_for(self, seconds: float) -> bool:
        elapsed_s = time.perf_counter() - PROCESS_START_S
        return bool(self._parallel.agree(float(elapsed_s + seconds <= self._budget_s)))

    def _log(self, text: str) -> None:
        if self._parallel.rank == 0:
            print(f"[{time.perf_counter() - PROCESS_START_S:6.1f}] {text}", flush=True)


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", required=True, help="folder for runs.csv")
    parser.add_argument("--budget-seconds", type=float, default=float("inf"))
    parser.add_argument("--resume", help="runs.csv of an earlier run: its points are kept")
    parser.add_argument("--models", default="llama-3.1-8b,qwen3-32b,qwen3-30b-a3b")
    parser.add_argument("--precisions", default="bfloat16,fp8")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--machine", help="words for the machine column")
    parser.add_argument("--plan", choices=sorted(PLANS), default="full")
    parser.add_argument("--quick", action="store_true", help="try the program, do not measure")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point."""
    args = parse_args(sys.argv[1:] if argv is None else argv)
    make_plan = quick_plan if args.quick else PLANS[args.plan]
    Bench(args).run(make_plan(args.models.split(","), args.precisions.split(",")))


if __name__ == "__main__":
    main()
