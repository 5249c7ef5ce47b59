"""The plan that compares layouts, and which GPUs a replica is measured on."""

from __future__ import annotations

import unittest

from gpu_bench.layouts import DECODE, layout_plan
from gpu_bench.points import runs_of_group
from gpu_bench.power import visible_gpus

MODELS = ["llama-3.1-8b", "qwen3-30b-a3b"]
PRECISIONS = ["bfloat16", "fp8"]


class LayoutPlanTest(unittest.TestCase):
    def test_every_point_once(self) -> None:
        ids = [point.point_id for point in layout_plan(MODELS, PRECISIONS)]
        self.assertEqual(len(ids), len(set(ids)))

    def test_the_same_decode_points_for_every_group(self) -> None:
        first = [p for p in layout_plan(MODELS, PRECISIONS) if p.kind == "decode" and p.repeat_id == 1]
        pairs: dict[tuple[str, str], set[tuple[int, int]]] = {}
        for point in first:
            pairs.setdefault(point.group, set()).add((point.batch, point.context_len))
        self.assertEqual(len(pairs), 4)
        for found in pairs.values():
            self.assertEqual(found, set(DECODE))

    def test_repeats_with_the_model_built_anew(self) -> None:
        groups = [run[0].group for run in runs_of_group(layout_plan(MODELS, PRECISIONS)[1:])]
        self.assertEqual(groups[:4], groups[4:])
        self.assertEqual(len(set(groups)), 4)


class VisibleGpusTest(unittest.TestCase):
    def test_all_of_the_machine_by_default(self) -> None:
        self.assertEqual(visible_gpus(2, None), [0, 1])

    def test_the_numbers_the_driver_uses(self) -> None:
        self.assertEqual(visible_gpus(2, "2,3"), [2, 3])
        self.assertEqual(visible_gpus(1, "3,0"), [3])

    def test_refuses_too_few(self) -> None:
        with self.assertRaisesRegex(ValueError, "shows 1 of 2 GPUs"):
            visible_gpus(2, "1")


if __name__ == "__main__":
    unittest.main()
