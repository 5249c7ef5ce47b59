"""What one node costs when a model is spread over all of its GPUs, and under the best layout.

    python3 -m gpu_bench.layout_gap ../../config/catalogue/runs/h100 --tpot-ms 20

Reads the published tables `PREFIX-decode.csv` and `PREFIX-idle-loading.csv`. Demand is a share of
what the all-GPU layout can carry within the TPOT limit, and every layout serves the same tokens/s
within the same limit. Between measured batches power and TPOT are taken as straight lines over
tokens/s, from the loaded replica without requests up: nothing is extrapolated.
"""

from __future__ import annotations

import argparse
from bisect import bisect_left
from dataclasses import dataclass
from statistics import mean
from typing import Iterable, Mapping, Sequence

from .rows import read_rows

CONTEXT_LEN = "2048"
LOADS = (1.0, 0.5, 0.2)


@dataclass(frozen=True)
class Curve:
    """One replica: tokens/s, watts and milliseconds per token at growing batches."""

    gpus: int
    tokens_per_s: tuple[float, ...]
    power_w: tuple[float, ...]
    tpot_ms: tuple[float, ...]

    def capacity_within(self, tpot_limit_ms: float) -> float:
        """Most tokens/s measured or interpolated within the limit; 0 if there is none."""
        best = 0.0
        for i, tpot_ms in enumerate(self.tpot_ms):
            if tpot_ms <= tpot_limit_ms:
                best = max(best, self.tokens_per_s[i])
            elif i > 0 and self.tpot_ms[i - 1] <= tpot_limit_ms:
                share = (tpot_limit_ms - self.tpot_ms[i - 1]) / (tpot_ms - self.tpot_ms[i - 1])
                step = self.tokens_per_s[i] - self.tokens_per_s[i - 1]
                best = max(best, self.tokens_per_s[i - 1] + share * step)
        return best

    def power_at(self, tokens_per_s: float) -> float:
        """Watts of the replica at a load that is not above its largest measured one."""
        i = bisect_left(self.tokens_per_s, tokens_per_s)
        if i == 0:
            return self.power_w[0]
        if i == len(self.tokens_per_s):
            raise ValueError(f"{tokens_per_s} tokens/s is more than was measured")
        low, high = self.tokens_per_s[i - 1], self.tokens_per_s[i]
        share = (tokens_per_s - low) / (high - low)
        return self.power_w[i - 1] + share * (self.power_w[i] - self.power_w[i - 1])


@dataclass(frozen=True)
class Choice:
    """A layout that serves a load: `replicas` of `curve`, the node's other GPUs empty."""

    curve: Curve
    replicas: int
    busy_w: float
    """The GPUs that hold a replica."""
    empty_gpus: int

    def power_w(self, empty_gpu_w: float) -> float:
        """Watts with the empty GPUs counted at `empty_gpu_w` each."""
        return self.busy_w + self.empty_gpus * empty_gpu_w


def choices(
    curves: Iterable[Curve], node_gpus: int, tokens_per_s: float, tpot_limit_ms: float
) -> list[Choice]:
    """Every number of equal replicas on one node that carries the load within the limit."""
    found = []
    for curve in curves:
        capacity = curve.capacity_within(tpot_limit_ms)
        for replicas in range(1, node_gpus // curve.gpus + 1):
            each = tokens_per_s / replicas
            if each <= capacity * (1 + 1e-9):
                busy_w = replicas * curve.power_at(min(each, capacity))
                found.append(Choice(curve, replicas, busy_w, node_gpus - replicas * curve.gpus))
    return found


def read_curves(
    decode: Sequence[Mapping[str, str]], idle: Sequence[Mapping[str, str]]
) -> dict[tuple[str, str], list[Curve]]:
    """(model, precision) -> one curve per tensor parallel degree, from the published rows.

    Degrees whose loaded replica was not weighed without requests are left out.
    """
    weighed = {
        (row["model"], row["precision"], int(row["tp"]))
        for row in idle
        if row["phase"] == "idle-loaded"
    }
    groups: dict[tuple[str, str], dict[int, dict[int, list[Mapping[str, str]]]]] = {}
    for row in decode:
        if row["context_len"] != CONTEXT_LEN:
            continue
        if (row["model"], row["precision"], int(row["tp"])) in weighed:
            by_tp = groups.setdefault((row["model"], row["precision"]), {})
            by_tp.setdefault(int(row["tp"]), {}).setdefault(int(row["concurrency"]), []).append(row)
    return {
        group: [curve_of(tp, batches, group, idle) for tp, batches in sorted(by_tp.items())]
        for group, by_tp in groups.items()
    }


def curve_of(
    tp: int,
    batches: Mapping[int, Sequence[Mapping[str, str]]],
    group: tuple[str, str],
    idle: Sequence[Mapping[str, str]],
) -> Curve:
    """Means over repeats, batches ascending, the loaded replica without requests first."""

    def column(name: str) -> list[float]:
        return [mean(float(row[name]) for row in batches[batch]) for batch in sorted(batches)]

    idle_w = mean(
        float(row["avg_power_w"])
        for row in idle
        if row["phase"] == "idle-loaded"
        and (row["model"], row["precision"], int(row["tp"])) == (*group, tp)
    )
    tpot_ms = column("tpot_ms")
    return Curve(
        gpus=tp,
        tokens_per_s=(0.0, *column("throughput_tok_s")),
        power_w=(idle_w, *column("avg_power_w")),
        tpot_ms=(tpot_ms[0], *tpot_ms),
    )


def main() -> None:
    """Command line: a Markdown table, one line per model, precision and load.

    Models of one degree alone have nothing to compare; models that all GPUs together can't serve
    within the limit have no line either.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prefix", help="path up to -decode.csv")
    parser.add_argument("--tpot-ms", type=float, default=20.0)
    args = parser.parse_args()
    idle = read_rows(f"{args.prefix}-idle-loading.csv")
    empty_w = mean(float(row["avg_power_w"]) for row in idle if row["phase"] == "idle")
    print("| model | load | token/s | all GPUs, W | empty GPUs on: W (layout) | less | released: W (layout) | less |")
    print("|---|---|---|---|---|---|---|---|")
    for group, curves in read_curves(read_rows(f"{args.prefix}-decode.csv"), idle).items():
        node = max(curves, key=lambda curve: curve.gpus)
        if len(curves) == 1 or node.capacity_within(args.tpot_ms) == 0:
            continue
        for load in LOADS:
            demand = load * node.capacity_within(args.tpot_ms)
            print(line(group, load, demand, curves, node, args.tpot_ms, empty_w))


def line(
    group: tuple[str, str],
    load: float,
    demand: float,
    curves: Sequence[Curve],
    node: Curve,
    tpot_limit_ms: float,
    empty_w: float,
) -> str:
    """One line of the table: all GPUs as one replica against the best layout."""
    everything_w = node.power_at(demand)
    possible = choices(curves, node.gpus, demand, tpot_limit_ms)
    cells = [f"{group[0].split('/')[-1]} {group[1]}", f"{load:.0%}", f"{demand:.0f}"]
    cells.append(f"{everything_w:.0f}")
    for each_empty_w in (empty_w, 0.0):
        best = min(possible, key=lambda choice: choice.power_w(each_empty_w))
        power_w = best.power_w(each_empty_w)
        cells.append(f"{power_w:.0f} ({best.replicas} x TP{best.curve.gpus})")
        cells.append(f"{1 - power_w / everything_w:.0%}")
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
