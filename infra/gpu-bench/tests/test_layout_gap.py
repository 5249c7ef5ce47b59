"""The best layout of a node against all of its GPUs as one replica, on curves small enough to check."""

from __future__ import annotations

import unittest

from gpu_bench.layout_gap import Curve, choices, read_curves

ONE = Curve(1, (0.0, 100.0, 200.0), (50.0, 300.0, 400.0), (10.0, 10.0, 20.0))
FOUR = Curve(4, (0.0, 400.0, 800.0), (200.0, 1400.0, 2000.0), (5.0, 5.0, 10.0))


class CurveTest(unittest.TestCase):
    def test_capacity_is_interpolated_up_to_the_limit(self) -> None:
        self.assertEqual(ONE.capacity_within(15.0), 150.0)
        self.assertEqual(ONE.capacity_within(20.0), 200.0)
        self.assertEqual(ONE.capacity_within(9.0), 0.0)

    def test_power_runs_straight_between_measured_loads(self) -> None:
        self.assertEqual(ONE.power_at(0.0), 50.0)
        self.assertEqual(ONE.power_at(150.0), 350.0)
        with self.assertRaisesRegex(ValueError, "more than was measured"):
            ONE.power_at(201.0)


class ChoicesTest(unittest.TestCase):
    def test_only_what_carries_the_load_within_the_limit(self) -> None:
        found = {(c.replicas, c.curve.gpus) for c in choices([ONE, FOUR], 4, 450.0, 15.0)}
        self.assertEqual(found, {(3, 1), (4, 1), (1, 4)})

    def test_empty_gpus_count_what_they_are_said_to_draw(self) -> None:
        two = [c for c in choices([ONE], 4, 200.0, 15.0) if c.replicas == 2][0]
        self.assertEqual(two.busy_w, 600.0)
        self.assertEqual(two.power_w(75.0), 750.0)


class ReadCurvesTest(unittest.TestCase):
    def test_means_over_repeats_in_order_of_batch(self) -> None:
        def row(batch: int, power_w: float, tokens: float) -> dict[str, str]:
            return {
                "model": "m", "precision": "fp8", "tp": "2", "context_len": "2048",
                "concurrency": str(batch), "avg_power_w": str(power_w),
                "throughput_tok_s": str(tokens), "tpot_ms": str(1000 * batch / tokens),
            }  # fmt: skip

        idle = [{"phase": "idle-loaded", "model": "m", "precision": "fp8", "tp": "2", "avg_power_w": "60"}]
        decode = [row(8, 400, 800), row(1, 300, 100), row(8, 420, 800)]
        (curve,) = read_curves(decode, idle)[("m", "fp8")]
        self.assertEqual(curve.gpus, 2)
        self.assertEqual(curve.tokens_per_s, (0.0, 100.0, 800.0))
        self.assertEqual(curve.power_w, (60.0, 300.0, 410.0))
        self.assertEqual(curve.tpot_ms, (10.0, 10.0, 10.0))


if __name__ == "__main__":
    unittest.main()
