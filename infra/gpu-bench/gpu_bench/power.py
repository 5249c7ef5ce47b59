"""Reads power from the NVIDIA driver (NVML) on a background thread. It never changes a setting."""

from __future__ import annotations

import os
import random
import threading
import time
from typing import Protocol

from .steady import Sample

MILLI = 1e-3


class Meter(Protocol):
    """Something that can be asked for one reading."""

    def read(self) -> Sample:
        """One reading of all GPUs of the replica, stamped with the monotonic clock."""


def visible_gpus(gpu_count: int, visible: str | None) -> list[int]:
    """The driver's numbers of the first `gpu_count` GPUs that CUDA shows.

    `visible` is CUDA_VISIBLE_DEVICES: several replicas may be measured side by side on one machine,
    each on GPUs of its own, while NVML always counts all of them.
    """
    numbers = [int(part) for part in visible.split(",")] if visible else list(range(gpu_count))
    if len(numbers) < gpu_count:
        raise ValueError(f"CUDA_VISIBLE_DEVICES={visible} shows {len(numbers)} of {gpu_count} GPUs")
    return numbers[:gpu_count]


class NvmlMeter:
    """The driver's readings for the first `gpu_count` visible GPUs. Needs no CUDA context."""

    def __init__(self, gpu_count: int = 1) -> None:
        import pynvml

        self._nvml = pynvml
        pynvml.nvmlInit()
        numbers = visible_gpus(gpu_count, os.environ.get("CUDA_VISIBLE_DEVICES"))
        self._gpus = [pynvml.nvmlDeviceGetHandleByIndex(number) for number in numbers]

    def describe(self) -> dict[str, str]:
        """GPU name, driver version and enforced power limit (W)."""
        nvml, gpu = self._nvml, self._gpus[0]
        return {
            "gpu_name": _text(nvml.nvmlDeviceGetName(gpu)),
            "driver": _text(nvml.nvmlSystemGetDriverVersion()),
            "power_limit_w": f"{nvml.nvmlDeviceGetEnforcedPowerLimit(gpu) * MILLI:.0f}",
        }

    def memory_bytes(self) -> int:
        """Memory of one GPU that no one uses yet."""
        return int(self._nvml.nvmlDeviceGetMemoryInfo(self._gpus[0]).free)

    def read(self) -> Sample:
        """One reading of all GPUs."""
        nvml = self._nvml
        return Sample(
            time_s=time.perf_counter(),
            energy_j=tuple(
                nvml.nvmlDeviceGetTotalEnergyConsumption(gpu) * MILLI for gpu in self._gpus
            ),
            power_w=sum(self._instant_w(gpu) for gpu in self._gpus),
            smoothed_power_w=sum(nvml.nvmlDeviceGetPowerUsage(gpu) * MILLI for gpu in self._gpus),
            sm_clock_mhz=sum(
                nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_SM) for gpu in self._gpus
            )
            / len(self._gpus),
            temperature_c=max(
                nvml.nvmlDeviceGetTemperature(gpu, nvml.NVML_TEMPERATURE_GPU)
                for gpu in self._gpus
            ),
            throttle_bits=self._throttle_bits(),
        )

    def _instant_w(self, gpu: object) -> float:
        """Instantaneous watts; `nvmlDeviceGetPowerUsage` averages over a second on newer GPUs."""
        nvml = self._nvml
        field = nvml.nvmlDeviceGetFieldValues(gpu, [nvml.NVML_FI_DEV_POWER_INSTANT])[0]
        if field.nvmlReturn != 0:
            return nvml.nvmlDeviceGetPowerUsage(gpu) * MILLI
        return field.value.uiVal * MILLI

    def _throttle_bits(self) -> int:
        bits = 0
        for gpu in self._gpus:
            bits |= self._nvml.nvmlDeviceGetCurrentClocksThrottleReasons(gpu)
        return bits


class Sampler:
    """Reads a meter about every `period_s` on a thread while its block is open.

    Gaps vary by half a period to either side: readings at a steady beat can fall in step with the
    decode steps and then see only one part of each step.
    """

    def __init__(self, meter: Meter, period_s: float = 0.04) -> None:
        self._meter = meter
        self._period_s = period_s
        self._samples: list[Sample] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.error: BaseException | None = None

    @property
    def samples(self) -> list[Sample]:
        """All readings so far, oldest first."""
        return list(self._samples)

    def __enter__(self) -> "Sampler":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                start_s = time.perf_counter()
                self._samples.append(self._meter.read())
                gap_s = self._period_s * random.uniform(0.5, 1.5)
                time.sleep(max(0.0, start_s + gap_s - time.perf_counter()))
        except BaseException as error:  # kept for the measuring thread, which raises it
            self.error = error


class SimulatedMeter:
    """A meter for machines without an NVIDIA GPU: constant power, so that a dry run completes."""

    def __init__(self, power_w: float = 100.0, gpu_count: int = 1) -> None:
        self._power_w = power_w
        self._gpu_count = gpu_count
        self._start_s = time.perf_counter()

    def describe(self) -> dict[str, str]:
        """Names that make clear that nothing was measured."""
        return {"gpu_name": "simulated", "driver": "none", "power_limit_w": ""}

    def memory_bytes(self) -> int:
        """Enough for tiny shapes."""
        return 8_000_000_000

    def read(self) -> Sample:
        """Energy grows with the clock at the constant power."""
        now_s = time.perf_counter()
        energy_j = self._power_w * (now_s - self._start_s)
        return Sample(
            time_s=now_s,
            energy_j=(energy_j,) * self._gpu_count,
            power_w=self._power_w * self._gpu_count,
            smoothed_power_w=self._power_w * self._gpu_count,
            sm_clock_mhz=0.0,
            temperature_c=0.0,
        )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
