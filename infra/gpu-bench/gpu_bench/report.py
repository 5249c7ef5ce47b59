"""Turns one raw result file into the published tables.

    python3 -m gpu_bench.report results/runs.csv --out ../../config/catalogue/runs --prefix h200
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Iterable, Mapping

from .rows import COLUMNS, read_rows
from .variance import RepeatedPoint, repeated_points

TABLES: dict[str, tuple[str, ...]] = {
    "decode": ("decode",),
    "prefill": ("prefill",),
    "part-load": ("duty",),
    "idle-loading": ("idle", "idle-loaded", "load-weights"),
}
"""File name to the phases it holds."""

VARIANCE_COLUMNS = (
    "config_id", "tp", "machine", "repeats", "power_mean_w", "power_variation", "power_range",
    "throughput_mean_tok_s", "throughput_variation", "throughput_range", "within_bars",
)  # fmt: skip


def write_table(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> int:
    """Writes a CSV file and returns its number of rows."""
    rows = list(rows)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def variance_row(point: RepeatedPoint) -> dict[str, str]:
    """One line of the repeat table; spreads are ratios."""
    return {
        "config_id": point.config_id,
        "tp": point.tp,
        "machine": point.machine,
        "repeats": str(point.power_w.count),
        "power_mean_w": f"{point.power_w.mean:.1f}",
        "power_variation": f"{point.power_w.variation:.5f}",
        "power_range": f"{point.power_w.full_range:.5f}",
        "throughput_mean_tok_s": f"{point.throughput_tok_s.mean:.1f}",
        "throughput_variation": f"{point.throughput_tok_s.variation:.5f}",
        "throughput_range": f"{point.throughput_tok_s.full_range:.5f}",
        "within_bars": "1" if point.within_bars else "0",
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", help="raw result file of the benchmark")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    parser.add_argument("--prefix", required=True, help="start of every file name, such as h200")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rows = read_rows(args.runs)
    for name, phases in TABLES.items():
        path = args.out / f"{args.prefix}-{name}.csv"
        count = write_table(path, COLUMNS, [row for row in rows if row["phase"] in phases])
        print(f"{path}: {count} rows")
    repeats = [variance_row(point) for point in repeated_points(rows)]
    path = args.out / f"{args.prefix}-repeat-variance.csv"
    print(f"{path}: {write_table(path, VARIANCE_COLUMNS, repeats)} rows")


if __name__ == "__main__":
    main()
