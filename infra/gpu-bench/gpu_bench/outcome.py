"""Turns a measured point into one row of the result table."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from . import PROGRAM_VERSION
from .measure import Measurement
from .points import Point
from .shapes import SHAPES
from .steady import percentile

BILLION = 1e9


@dataclass(frozen=True)
class Setting:
    """What all rows of a run share."""

    machine: str
    driver: str
    gpu_name: str
    power_limit_w: str
    tensor_parallel: int = 1
    cuda_graph: bool = True


def base_columns(point: Point, setting: Setting) -> dict[str, object]:
    """What was measured, where and when."""
    row: dict[str, object] = {
        "source": "gridtide-gpu-bench",
        "machine": setting.machine,
        "driver": setting.driver,
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "program_version": PROGRAM_VERSION,
        "point_id": point.point_id,
        "config_id": point.config_id,
        "repeat_id": point.repeat_id,
        "gpu": setting.gpu_name.removeprefix("NVIDIA ").split(" ")[0],
        "num_gpus": setting.tensor_parallel,
        "tp": setting.tensor_parallel,
        "pp": 1,
        "ep": 1,
        "dp": 1,
        "engine": "gridtide-gpu-bench",
        "task": point.kind,
        "phase": point.kind,
        "power_cap_w": setting.power_limit_w,
    }
    if point.model_key:
        shape = SHAPES[point.model_key]
        row |= {
            "model": shape.model,
            "family": shape.model,
            "arch": shape.arch,
            "params_total_b": shape.params_total / BILLION,
            "params_active_b": shape.params_active / BILLION,
            "precision": point.precision,
            "note": "random weights at the true shape; bfloat16 KV cache",
        }
    return row


def window_columns(measured: Measurement) -> dict[str, object]:
    """Power and energy of the window."""
    row: dict[str, object] = {
        "warmup_s": measured.warmup_s,
        "steady": measured.steady,
        "steps": len(measured.step_ms),
    }
    stats = measured.stats
    if stats is None:
        return row
    return row | {
        "window_s": stats.window_s,
        "samples": stats.samples,
        "energy_j": stats.energy_j,
        "avg_power_w": stats.power_counter_w,
        "power_sampled_w": stats.power_sampled_w,
        "power_smoothed_w": stats.power_smoothed_w,
        "power_stdev_w": stats.power_stdev_w,
        "sm_clock_mhz": stats.sm_clock_mhz,
        "temperature_c": stats.temperature_c,
        "throttle_bits": hex(stats.throttle_bits),
    }


def decode_columns(point: Point, measured: Measurement) -> dict[str, object]:
    """Speed and energy of decode, saturated or at part load."""
    window_s, energy_j = _window(measured)
    tokens = point.batch * len(measured.step_ms)
    return {
        "concurrency": point.batch,
        "avg_batch": point.batch,
        "context_len": point.context_len,
        "duty": measured.busy_share,
        "duty_period_s": point.duty_period_s if point.kind == "duty" else None,
        "throughput_tok_s": tokens / window_s,
        "tpot_ms": percentile(measured.step_ms, 0.5),
        "tpot_p90_ms": percentile(measured.step_ms, 0.9),
        "tpot_p95_ms": percentile(measured.step_ms, 0.95),
        "tpot_p99_ms": percentile(measured.step_ms, 0.99),
        "energy_per_token_j": energy_j / tokens,
    }


def prefill_columns(point: Point, measured: Measurement) -> dict[str, object]:
    """Speed and energy of prefill, per prompt token and per prompt."""
    window_s, energy_j = _window(measured)
    prompts = point.batch * len(measured.step_ms)
    tokens = prompts * point.context_len
    return {
        "concurrency": point.batch,
        "avg_batch": point.batch,
        "context_len": point.context_len,
        "input_len": point.context_len,
        "output_len": 1,
        "duty": 1.0,
        "prefill_tok_s": tokens / window_s,
        "prefill_ms": percentile(measured.step_ms, 0.5),
        "prefill_p95_ms": percentile(measured.step_ms, 0.95),
        "energy_per_prompt_token_j": energy_j / tokens,
        "energy_per_request_j": energy_j / prompts,
    }


def loading_columns(point: Point, measured: Measurement, weight_bytes: int) -> dict[str, object]:
    """Seconds and joules of one load from host memory."""
    window_s, energy_j = _window(measured)
    loads = len(measured.step_ms)
    return {
        "host_memory": point.host_memory,
        "weights_gb": weight_bytes / BILLION,
        "load_seconds": window_s / loads,
        "load_joules": energy_j / loads,
        "load_gb_per_s": weight_bytes / BILLION * loads / window_s,
    }


def build_row(
    point: Point, setting: Setting, measured: Measurement, weight_bytes: int = 0
) -> dict[str, object]:
    """The whole row of one point."""
    row = base_columns(point, setting) | window_columns(measured)
    if point.kind in ("decode", "duty"):
        row |= decode_columns(point, measured) | {"cuda_graph": setting.cuda_graph}
    elif point.kind == "prefill":
        row |= prefill_columns(point, measured) | {"cuda_graph": setting.cuda_graph}
    elif point.kind == "load-weights":
        row |= loading_columns(point, measured, weight_bytes)
    elif point.kind == "idle":
        row["note"] = "no process holds a CUDA context"
    elif point.kind == "idle-loaded":
        row["note"] = "weights and KV cache in GPU memory, no work"
    return row


def _window(measured: Measurement) -> tuple[float, float]:
    if measured.stats is None:
        raise ValueError("this process did not read the meter")
    return measured.stats.window_s, measured.stats.energy_j
