"""What a measured step is: one decode step or one prefill, as a CUDA graph where there is a GPU."""

from __future__ import annotations

import gc
import time
from typing import Callable

import torch

from . import ops
from .model import Decoder, KvCache
from .points import Point

Step = Callable[[], object]
STEPS_AHEAD = 4
"""How far the CPU may run ahead of the GPU, so that the GPU never waits and time stays in step."""


class CachePool:
    """One block of GPU memory, filled with random keys and values, that every point views anew."""

    def __init__(self, model: Decoder, tokens: int, device: str) -> None:
        shape = model.shape
        self._row = (model.local_kv_heads, shape.head_dim)
        self._layers = shape.layers
        elements = 2 * shape.layers * tokens * model.local_kv_heads * shape.head_dim
        self._pool = torch.empty(elements, dtype=torch.bfloat16, device=device)
        piece = 1 << 28  # fill in pieces: one call's index range is limited
        for start in range(0, elements, piece):
            self._pool[start : start + piece].normal_()

    def view(self, batch: int, context_len: int) -> KvCache:
        """A cache of exactly this size."""
        size = (2, self._layers, batch, context_len, *self._row)
        elements = 2 * self._layers * batch * context_len * self._row[0] * self._row[1]
        keys, values = self._pool[:elements].view(size)
        return KvCache(keys, values)


def decode_step(model: Decoder, cache: KvCache, device: str) -> Step:
    """Draws one token for every sequence from the last one; the context length stays the same."""
    batch, context_len = cache.keys.shape[1], cache.keys.shape[2]
    tokens = torch.randint(model.shape.vocab, (batch, 1), device=device)
    positions = torch.full((batch,), context_len - 1, dtype=torch.int32, device=device)

    def step() -> None:
        logits = model.forward(tokens, positions, cache)
        tokens.copy_(ops.draw_tokens(logits)[:, None])

    return step


def prefill_step(model: Decoder, cache: KvCache, device: str) -> Step:
    """Reads whole prompts of random tokens and draws the first token of each answer."""
    batch, prompt_len = cache.keys.shape[1], cache.keys.shape[2]
    tokens = torch.randint(model.shape.vocab, (batch, prompt_len), device=device)
    positions = torch.arange(prompt_len, dtype=torch.int32, device=device).repeat(batch)
    drawn = torch.zeros(batch, dtype=torch.int64, device=device)

    def step() -> None:
        drawn.copy_(ops.draw_tokens(model.forward(tokens, positions, cache)))

    return step


def step_for(point: Point, model: Decoder, pool: CachePool, device: str) -> Step:
    """The step of a point, not captured yet."""
    cache = pool.view(point.batch, point.context_len)
    make = prefill_step if point.kind == "prefill" else decode_step
    return make(model, cache, device)


def captured(step: Step) -> Step:
    """The step as a CUDA graph. It keeps the step, and so all its tensors, alive."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(2):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        step()

    def replay() -> None:
        graph.replay()
        _ = step

    return replay


def run_steps(step: Step, count: int, device: str) -> list[float]:
    """Runs steps back to back, waits for the last, and returns the milliseconds of each."""
    if device != "cuda":
        return [_timed_on_cpu_ms(step) for _ in range(count)]
    events = [torch.cuda.Event(enable_timing=True) for _ in range(count + 1)]
    events[0].record()
    for index in range(count):
        step()
        events[index + 1].record()
        if index >= STEPS_AHEAD:
            events[index + 1 - STEPS_AHEAD].synchronize()
    events[-1].synchronize()
    return [events[index].elapsed_time(events[index + 1]) for index in range(count)]


def _timed_on_cpu_ms(step: Step) -> float:
    start_s = time.perf_counter()
    step()
    return (time.perf_counter() - start_s) * 1000


def free_memory(device: str) -> None:
    """Gives unused memory back to the GPU."""
    gc.collect()
    if device == "cuda":
        torch.cuda.empty_cache()


class HostWeights:
    """Random weights in host memory, to measure how long loading takes and what it costs.

    A buffer of 1 GiB is copied again and again: the link is measured, not a disk.
    """

    BUFFER_BYTES = 1 << 30

    def __init__(self, model: Decoder, pinned: bool, device: str, buffer_bytes: int = BUFFER_BYTES):
        self._targets = model.weights()
        self._pinned = pinned and device == "cuda"
        self._buffers = {
            dtype: self._buffer(dtype, buffer_bytes, device)
            for dtype in {target.dtype for target in self._targets}
        }

    @property
    def total_bytes(self) -> int:
        """Bytes that one load moves."""
        return sum(target.numel() * target.element_size() for target in self._targets)

    def load_once(self) -> None:
        """Copies every weight from host memory, and waits."""
        for target in self._targets:
            source = self._buffers[target.dtype]
            flat = target.view(-1)
            for start in range(0, flat.numel(), source.numel()):
                piece = flat[start : start + source.numel()]
                piece.copy_(source[: piece.numel()], non_blocking=self._pinned)
        if self._targets[0].is_cuda:
            torch.cuda.synchronize()

    def _buffer(self, dtype: torch.dtype, size_bytes: int, device: str) -> torch.Tensor:
        rows = size_bytes // torch.empty(0, dtype=dtype).element_size() // 4096
        wide = torch.empty((rows, 4096), dtype=torch.bfloat16, device=device).normal_(0.0, 0.02)
        values = ops.scaled_to_fp8(wide).data if dtype == ops.FP8 else wide
        host = torch.empty(values.shape, dtype=dtype, pin_memory=self._pinned)
        return host.copy_(values).view(-1)
