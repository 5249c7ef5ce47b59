"""Tensor parallelism: one process per GPU, started by `torchrun`, joined by NCCL (gloo on a CPU)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # PyTorch is imported only where it is used: the rest is tested without it
    import torch


class TensorParallel:
    """What one process knows of the others. With one process every method is free."""

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank = rank
        self.size = size

    @classmethod
    def from_environment(cls, device: str) -> "TensorParallel":
        """Joins the processes that `torchrun` started; a single one if it did not."""
        size = int(os.environ.get("WORLD_SIZE", "1"))
        if size == 1:
            return cls()
        import torch
        import torch.distributed as dist

        # In-switch multicast reductions are not available inside many virtual machines.
        os.environ.setdefault("NCCL_NVLS_ENABLE", "0")
        if device == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group("cpu:gloo,cuda:nccl" if device == "cuda" else "gloo")
        return cls(dist.get_rank(), size)

    def all_reduce(self, x: torch.Tensor) -> torch.Tensor:
        """Sum over all processes, in place."""
        if self.size > 1:
            import torch.distributed as dist

            dist.all_reduce(x)
        return x

    def gather_columns(self, x: torch.Tensor) -> torch.Tensor:
        """[rows, part] of every process -> [rows, all parts]."""
        if self.size == 1:
            return x
        import torch
        import torch.distributed as dist

        parts = torch.empty((self.size, *x.shape), dtype=x.dtype, device=x.device)
        dist.all_gather_into_tensor(parts.view(-1, x.shape[-1]), x.contiguous())
        return parts.transpose(0, 1).reshape(x.shape[0], -1)

    def agree(self, value: float) -> float:
        """The first process's value, for all: everyone must run the same number of steps."""
        if self.size == 1:
            return value
        import torch
        import torch.distributed as dist

        box = torch.tensor([value], dtype=torch.float64)
        dist.broadcast(box, src=0)
        return float(box)

    def leave(self) -> None:
        """Says goodbye to the others."""
        if self.size > 1:
            import torch.distributed as dist

            dist.destroy_process_group()

    def shard(self, x: torch.Tensor, dim: int) -> torch.Tensor:
        """This process's equal part of a tensor."""
        return x.chunk(self.size, dim)[self.rank].contiguous() if self.size > 1 else x

    def kv_shard(self, x: torch.Tensor, kv_heads: int) -> torch.Tensor:
        """This process's rows of a key or value projection; heads are copied if there are too few."""
        if self.size == 1:
            return x
        kept = max(1, kv_heads // self.size)
        first = self.rank * kv_heads // self.size
        rows = x.shape[0] // kv_heads
        return x[first * rows : (first + kept) * rows].contiguous()
