"""The result table: columns, appending a row at a time, and reading rows of an earlier run."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Mapping

COLUMNS: tuple[str, ...] = (
    # what and where
    "source", "machine", "driver", "date", "program_version", "point_id", "config_id", "repeat_id",
    "model", "family", "arch", "params_total_b", "params_active_b", "precision",
    "gpu", "num_gpus", "tp", "pp", "ep", "dp", "engine", "task", "phase",
    # the point
    "concurrency", "avg_batch", "context_len", "input_len", "output_len",
    "duty", "duty_period_s", "cuda_graph",
    # speed
    "throughput_tok_s", "prefill_tok_s", "ttft_ms", "tpot_ms", "tpot_p90_ms", "tpot_p95_ms",
    "tpot_p99_ms", "prefill_ms", "prefill_p95_ms",
    # power and energy
    "avg_power_w", "power_sampled_w", "power_smoothed_w", "power_stdev_w",
    "energy_j", "energy_per_token_j", "energy_per_prompt_token_j", "energy_per_request_j",
    "power_cap_w", "sm_clock_mhz", "temperature_c", "throttle_bits",
    # loading of weights
    "weights_gb", "load_seconds", "load_joules", "load_gb_per_s", "host_memory",
    # how it was measured
    "warmup_s", "steady", "window_s", "samples", "steps", "note",
)  # fmt: skip


def format_value(value: object) -> str:
    """Numbers with seven significant digits; nothing for a value that was not measured."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.7g}"
    return str(value)


def read_rows(path: str | os.PathLike[str]) -> list[dict[str, str]]:
    """Rows of a result file; none if it does not exist. A half-written last line is dropped."""
    if not Path(path).exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if None not in row and None not in row.values()]


class RowFile:
    """A CSV file that is complete on disk after every row."""

    def __init__(self, path: str | os.PathLike[str], columns: tuple[str, ...] = COLUMNS) -> None:
        self._columns = columns
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "w", newline="", encoding="utf-8")
        self._writer = csv.DictWriter(self._file, columns, restval="", lineterminator="\n")
        self._writer.writeheader()
        self._flush()

    def append(self, row: Mapping[str, object]) -> None:
        """Writes one row and makes sure that it is on disk."""
        unknown = set(row) - set(self._columns)
        if unknown:
            raise KeyError(f"no such column: {sorted(unknown)}")
        self._writer.writerow({name: format_value(value) for name, value in row.items()})
        self._flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _flush(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
