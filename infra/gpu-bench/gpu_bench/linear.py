"""Matrix products with bfloat16 or fp8 weights, dense and grouped by expert."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from .ops import FP8, Narrow, Rows, quantise, scaled_to_fp8


@dataclass
class Linear:
    """`weight` is [out, in]; in fp8 with one scale for all of it."""

    weight: torch.Tensor
    scale: torch.Tensor | None = None

    @classmethod
    def from_wide(cls, weight: torch.Tensor, fp8: bool) -> "Linear":
        """Keeps the weight as it is, or in fp8."""
        if not fp8:
            return cls(weight)
        data, scale = scaled_to_fp8(weight, dim=None)
        return cls(data, scale)

    def __call__(self, rows: Rows | torch.Tensor) -> torch.Tensor:
        """[tokens, in] -> [tokens, out] in bfloat16. Wide rows are quantised for fp8 weights."""
        if self.scale is None:
            return F.linear(rows.data if isinstance(rows, Rows) else rows, self.weight)
        rows = rows if isinstance(rows, Rows) else quantise(rows, Narrow.FIXED)
        return scaled_product(rows, self.weight, self.scale)


def scaled_product(rows: Rows, weight: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """fp8 rows times fp8 weights, one scale each."""
    assert rows.scale is not None
    if not weight.is_cuda:
        return ((rows.data.float() * rows.scale) @ (weight.float() * scale).t()).to(torch.bfloat16)
    return torch._scaled_mm(
        rows.data, weight.t(), scale_a=rows.scale, scale_b=scale,
        out_dtype=torch.bfloat16, use_fast_accum=True,
    )  # fmt: skip


@dataclass
class GroupedLinear:
    """One matrix per expert: `weight` is [experts, out, in]; in fp8 `scale` is [experts, out]."""

    weight: torch.Tensor
    scale: torch.Tensor | None = None

    @classmethod
    def from_wide(cls, weight: torch.Tensor, fp8: bool) -> "GroupedLinear":
        """Keeps the weights as they are, or in fp8. One expert at a time, to bound memory."""
        if not fp8:
            return cls(weight)
        data = torch.empty(weight.shape, dtype=FP8, device=weight.device)
        scale = torch.empty(weight.shape[:2], dtype=torch.float32, device=weight.device)
        for expert in range(weight.shape[0]):
            expert_data, expert_scale = scaled_to_fp8(weight[expert])
            data[expert], scale[expert] = expert_data, expert_scale[:, 0]
        return cls(data, scale)

    def __call__(self, rows: Rows, ends: torch.Tensor) -> torch.Tensor:
        """Rows sorted by expert -> outputs in bfloat16. `ends` is each expert's last row plus one."""
        if not self.weight.is_cuda:
            return grouped_reference(rows, self.weight, self.scale, ends)
        if self.scale is None:
            return torch._grouped_mm(rows.data, self.weight.transpose(1, 2), offs=ends)
        assert rows.scale is not None
        return torch._scaled_grouped_mm(
            rows.data, self.weight.transpose(1, 2), rows.scale.view(-1), self.scale,
            offs=ends, out_dtype=torch.bfloat16, use_fast_accum=True,
        )  # fmt: skip


def grouped_reference(
    rows: Rows, weight: torch.Tensor, scale: torch.Tensor | None, ends: torch.Tensor
) -> torch.Tensor:
    """The grouped product expert by expert: slow, and the yardstick for the fast one."""
    wide = rows.data.float() if rows.scale is None else rows.data.float() * rows.scale
    out = torch.empty(wide.shape[0], weight.shape[1], dtype=torch.bfloat16, device=wide.device)
    start = 0
    for expert, end in enumerate(ends.tolist()):
        matrix = weight[expert].float()
        if scale is not None:
            matrix = matrix * scale[expert][:, None]
        out[start:end] = (wide[start:end] @ matrix.t()).to(torch.bfloat16)
        start = end
    return out
