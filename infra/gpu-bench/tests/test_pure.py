"""Everything that can be tested without PyTorch and without a GPU.

    python3 -m unittest discover -s tests -t .
"""

from __future__ import annotations

import tempfile
import threading
import time
import unittest
from pathlib import Path

from gpu_bench.measure import Measurement, Measurer, Timing
from gpu_bench.outcome import Setting, build_row
from gpu_bench.parallel import TensorParallel
from gpu_bench.points import Point, fits, full_plan, needed_bytes, remaining, runs_of_group
from gpu_bench.power import Sampler, SimulatedMeter
from gpu_bench.report import variance_row
from gpu_bench.rows import COLUMNS, RowFile, format_value, read_rows
from gpu_bench.shapes import LLAMA_3_1_8B, QWEN3_30B_A3B, QWEN3_32B
from gpu_bench.steady import (
    Sample, WindowStats, counter_ticks, energy_between, interpolate, is_steady, percentile,
    time_weighted_mean, window_stats,
)  # fmt: skip
from gpu_bench.variance import repeated_points, spread

H200_BYTES = 143_000_000_000
MODELS = ("llama-3.1-8b", "qwen3-32b", "qwen3-30b-a3b")
PRECISIONS = ("bfloat16", "fp8")
SETTING = Setting("a machine", "1.2", "NVIDIA H200", "700")


def sample(time_s: float, energy_j: float, power_w: float = 100.0) -> Sample:
    """A sample of one GPU."""
    return Sample(time_s, (energy_j,), power_w, power_w, 1500.0, 40.0)


class ShapesTest(unittest.TestCase):
    def test_parameter_counts_are_the_published_ones(self) -> None:
        self.assertAlmostEqual(LLAMA_3_1_8B.params_total / 1e9, 8.03, places=2)
        self.assertAlmostEqual(QWEN3_32B.params_total / 1e9, 32.76, places=2)
        self.assertAlmostEqual(QWEN3_30B_A3B.params_total / 1e9, 30.53, places=2)
        self.assertAlmostEqual(QWEN3_30B_A3B.params_active / 1e9, 3.35, places=2)

    def test_bytes(self) -> None:
        self.assertEqual(LLAMA_3_1_8B.kv_bytes_per_token, 131_072)
        self.assertEqual(QWEN3_32B.kv_bytes_per_token, 262_144)
        self.assertEqual(LLAMA_3_1_8B.weight_bytes("bfloat16"), 2 * LLAMA_3_1_8B.params_total)
        self.assertLess(QWEN3_32B.weight_bytes("fp8"), 0.53 * QWEN3_32B.weight_bytes("bfloat16"))


class SteadyTest(unittest.TestCase):
    def test_ticks_are_the_moments_a_counter_moves(self) -> None:
        self.assertEqual(counter_ticks([0, 1, 2, 3], [5, 5, 6, 6]), [(0, 5), (2, 6)])

    def test_interpolation_inside_and_past_the_ends(self) -> None:
        ticks = [(0.0, 0.0), (1.0, 10.0), (2.0, 40.0)]
        self.assertEqual(interpolate(ticks, 0.5), 5.0)
        self.assertEqual(interpolate(ticks, 1.5), 25.0)
        self.assertEqual(interpolate(ticks, 3.0), 70.0)
        self.assertEqual(interpolate(ticks, -1.0), -10.0)

    def test_energy_of_a_counter_that_ticks_slower_than_it_is_read(self) -> None:
        # 250 W; read every 40 ms, the counter moves every 100 ms.
        samples = []
        for i in range(200):
            time_s = i * 0.04
            ticked_s = int(time_s * 10 + 1e-9) / 10
            samples.append(sample(time_s, 250.0 * ticked_s, 250.0))
        energy_j = energy_between(samples, 1.013, 6.021)
        self.assertAlmostEqual(energy_j / (250.0 * 5.008), 1.0, delta=0.01)

    def test_energy_adds_over_gpus(self) -> None:
        samples = [
            Sample(i * 0.1, (10.0 * i, 20.0 * i), 300.0, 300.0, 1500.0, 40.0) for i in range(30)
        ]
        self.assertAlmostEqual(energy_between(samples, 1.0, 2.0), 300.0)

    def test_window(self) -> None:
        samples = [sample(i * 0.05, 100.0 * i * 0.05) for i in range(100)]
        stats = window_stats(samples, 1.0, 3.0)
        self.assertAlmostEqual(stats.power_counter_w, 100.0)
        self.assertAlmostEqual(stats.power_sampled_w, 100.0)
        self.assertAlmostEqual(stats.power_stdev_w, 0.0)
        with self.assertRaises(ValueError):
            window_stats(samples, 50.0, 60.0)

    def test_steady_needs_two_equal_spans(self) -> None:
        flat = [sample(i * 0.05, 0.0, 400.0) for i in range(60)]
        rising = [sample(i * 0.05, 0.0, 400.0 + 5 * i) for i in range(60)]
        self.assertTrue(is_steady(flat, 2.95))
        self.assertFalse(is_steady(rising, 2.95))
        self.assertFalse(is_steady(flat[:5], 0.2))

    def test_mean_weighs_by_time(self) -> None:
        self.assertAlmostEqual(time_weighted_mean([0.0, 1.0, 3.0], [0.0, 0.0, 3.0]), 1.0)

    def test_percentile(self) -> None:
        self.assertEqual(percentile([3, 1, 2], 0.5), 2)
        self.assertEqual(percentile([1, 2], 0.75), 1.75)


class PointsTest(unittest.TestCase):
    def test_ids_are_unique(self) -> None:
        ids = [point.point_id for point in full_plan(MODELS, PRECISIONS)]
        self.assertEqual(len(ids), len(set(ids)))

    def test_six_or_more_points_are_repeated_three_times(self) -> None:
        plan = [p for p in full_plan(MODELS, PRECISIONS) if p.kind in ("decode", "prefill")]
        repeats = [point for point in plan if point.repeat_id == 3]
        self.assertGreaterEqual(len(repeats), 6)
        configs = [point.config_id for point in plan]
        for point in repeats:
            self.assertEqual(configs.count(point.config_id), 3)

    def test_every_model_comes_before_any_second_pass(self) -> None:
        plan = full_plan(MODELS, PRECISIONS)
        second = next(i for i, p in enumerate(plan) if p.model_key and p.repeat_id == 2)
        self.assertEqual(len({p.group for p in plan[:second] if p.model_key}), 6)

    def test_big_points_do_not_fit(self) -> None:
        self.assertTrue(fits(Point("decode", "llama-3.1-8b", "bfloat16", 64, 2048), H200_BYTES))
        self.assertFalse(fits(Point("decode", "llama-3.1-8b", "bfloat16", 512, 8192), H200_BYTES))
        self.assertTrue(fits(Point("idle"), 0))
        point = Point("decode", "qwen3-32b", "bfloat16", 64, 2048)
        self.assertLess(needed_bytes(point, QWEN3_32B, 8), needed_bytes(point, QWEN3_32B, 1) / 4)

    def test_resume_skips_what_is_done(self) -> None:
        plan = full_plan(MODELS, PRECISIONS)
        everything = remaining(plan, set(), H200_BYTES)
        done = {point.point_id for point in everything[:20]}
        self.assertEqual(remaining(plan, done, H200_BYTES), everything[20:])

    def test_runs_of_one_model(self) -> None:
        runs = runs_of_group(remaining(full_plan(MODELS, PRECISIONS), set(), H200_BYTES))
        for run in runs:
            self.assertEqual(len({point.group for point in run}), 1)
        self.assertEqual(len(runs), 1 + 12)


class RowsTest(unittest.TestCase):
    def test_rows_survive_and_half_a_row_does_not(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a" / "runs.csv"
            file = RowFile(path)
            file.append({"point_id": "x", "avg_power_w": 123.456789123, "steady": True})
            file.close()
            with open(path, "a", encoding="utf-8") as tail:
                tail.write("gridtide-gpu-bench,half")
            rows = read_rows(path)
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["avg_power_w"], "123.4568")
        self.assertEqual(rows[0]["steady"], "1")

    def test_unknown_columns_are_refused(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = RowFile(Path(folder) / "runs.csv")
            with self.assertRaises(KeyError):
                file.append({"no_such": 1})
            file.close()

    def test_missing_values_are_empty(self) -> None:
        self.assertEqual([format_value(v) for v in (None, float("nan"), 0.0)], ["", "", "0"])

    def test_no_file_is_no_rows(self) -> None:
        self.assertEqual(read_rows("/nowhere/runs.csv"), [])


class OutcomeTest(unittest.TestCase):
    stats = WindowStats(5.0, 2000.0, 400.0, 401.0, 402.0, 3.0, 1900.0, 50.0, 4, 120)

    def row(self, point: Point, steps: int = 500) -> dict[str, object]:
        measured = Measurement(self.stats, [10.0] * steps, 2.0, True)
        row = build_row(point, SETTING, measured, weight_bytes=16_000_000_000)
        self.assertLessEqual(set(row), set(COLUMNS))
        return row

    def test_decode(self) -> None:
        row = self.row(Point("decode", "llama-3.1-8b", "bfloat16", 32, 2048))
        self.assertEqual(row["throughput_tok_s"], 32 * 500 / 5.0)
        self.assertEqual(row["energy_per_token_j"], 2000.0 / (32 * 500))
        self.assertEqual(row["tpot_ms"], 10.0)
        self.assertEqual(row["gpu"], "H200")
        self.assertNotIn("prefill_tok_s", row)

    def test_power_times_time_is_energy(self) -> None:
        row = self.row(Point("decode", "qwen3-32b", "fp8", 8, 512))
        throughput, energy_j = row["throughput_tok_s"], row["energy_per_token_j"]
        assert isinstance(throughput, float) and isinstance(energy_j, float)
        self.assertAlmostEqual(throughput * energy_j, 400.0)

    def test_prefill_counts_prompt_tokens(self) -> None:
        row = self.row(Point("prefill", "qwen3-30b-a3b", "fp8", 4, 2048), steps=5)
        self.assertEqual(row["prefill_tok_s"], 4 * 2048 * 5 / 5.0)
        self.assertEqual(row["energy_per_request_j"], 2000.0 / 20)
        self.assertNotIn("throughput_tok_s", row)

    def test_loading(self) -> None:
        row = self.row(Point("load-weights", "qwen3-32b", "fp8", host_memory="pinned"), steps=2)
        self.assertEqual((row["load_seconds"], row["load_joules"]), (2.5, 1000.0))
        self.assertEqual(row["load_gb_per_s"], 6.4)


class VarianceTest(unittest.TestCase):
    def test_spread(self) -> None:
        result = spread([98.0, 100.0, 102.0])
        self.assertEqual((result.count, result.mean), (3, 100.0))
        self.assertAlmostEqual(result.variation, 0.02)
        self.assertAlmostEqual(result.full_range, 0.04)

    def test_repeats_are_grouped(self) -> None:
        def row(config: str, power_w: float, machine: str = "one") -> dict[str, str]:
            return {
                "phase": "decode", "config_id": config, "tp": "1", "avg_power_w": str(power_w),
                "machine": machine, "throughput_tok_s": "1000", "prefill_tok_s": "",
            }  # fmt: skip

        points = repeated_points([row("a", 400), row("b", 1), row("a", 404)])
        self.assertEqual([point.config_id for point in points], ["a"])
        self.assertTrue(points[0].within_bars)
        self.assertEqual(variance_row(points[0])["repeats"], "2")
        self.assertFalse(repeated_points([row("a", 400), row("a", 500)])[0].within_bars)
        self.assertEqual(repeated_points([row("a", 400), row("a", 404, "another")]), [])


class MeasureTest(unittest.TestCase):
    timing = Timing(0.5, 0.1, 0.3, 0.05, 0.1, 0.1, 0.2)

    def measurer(self) -> Measurer:
        return Measurer(SimulatedMeter(250.0), TensorParallel(), self.timing)

    @staticmethod
    def steps_of_ten_ms(count: int) -> list[float]:
        time.sleep(0.01 * count)
        return [10.0] * count

    def test_saturated(self) -> None:
        measured = self.measurer().saturated(self.steps_of_ten_ms)
        assert measured.stats is not None
        self.assertEqual(len(measured.step_ms), 50)
        self.assertAlmostEqual(measured.stats.power_counter_w, 250.0, delta=2.5)
        self.assertGreaterEqual(measured.stats.window_s, 0.5)

    def test_part_load_leaves_gaps(self) -> None:
        measured = self.measurer().part_load(self.steps_of_ten_ms, duty=0.5, period_s=0.1)
        self.assertAlmostEqual(measured.busy_share, 0.5, delta=0.1)

    def test_idle(self) -> None:
        measured = self.measurer().idle()
        assert measured.stats is not None
        self.assertAlmostEqual(measured.stats.power_counter_w, 250.0, delta=2.5)

    def test_loading_fills_the_window(self) -> None:
        measured = self.measurer().loading(lambda: time.sleep(0.05))
        self.assertGreaterEqual(sum(measured.step_ms), 200.0)

    def test_processes_without_a_meter_run_the_same_steps(self) -> None:
        measured = Measurer(None, TensorParallel(), self.timing).saturated(self.steps_of_ten_ms)
        self.assertIsNone(measured.stats)
        self.assertEqual(len(measured.step_ms), 50)

    def test_a_meter_that_fails_is_not_silent(self) -> None:
        class Broken(SimulatedMeter):
            def read(self) -> Sample:
                raise OSError("no meter")

        with self.assertRaises(OSError):
            Measurer(Broken(), TensorParallel(), self.timing).saturated(self.steps_of_ten_ms)

    def test_sampler_stops_its_thread(self) -> None:
        before = threading.active_count()
        with Sampler(SimulatedMeter(), period_s=0.005) as sampler:
            time.sleep(0.1)
        self.assertEqual(threading.active_count(), before)
        self.assertGreater(len(sampler.samples), 5)


if __name__ == "__main__":
    unittest.main()
