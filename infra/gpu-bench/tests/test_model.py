"""The model's arithmetic, on a CPU. Skipped without PyTorch; one test also needs transformers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from importlib.util import find_spec
from pathlib import Path

HAS_TORCH = find_spec("torch") is not None
if HAS_TORCH:
    import torch

    from gpu_bench.model import Decoder, KvCache, Layer
    from gpu_bench.shapes import TINY_DENSE, TINY_MOE, ModelShape
    from gpu_bench.workload import CachePool

FOLDER = Path(__file__).resolve().parent.parent


def filled_cache(model: "Decoder", batch: int, context_len: int) -> "KvCache":
    """A cache with noise in it, so that reading what was not written shows."""
    return CachePool(model, batch * context_len, "cpu").view(batch, context_len)


def prefill(model: "Decoder", tokens: "torch.Tensor") -> "torch.Tensor":
    """Logits after each whole prompt."""
    batch, length = tokens.shape
    positions = torch.arange(length, dtype=torch.int32).repeat(batch)
    return model.forward(tokens, positions, filled_cache(model, batch, length)).float()


def relative_error(found: "torch.Tensor", wanted: "torch.Tensor") -> float:
    """Norm of the difference over the norm of what is wanted."""
    return float((found - wanted).norm() / wanted.norm())


@unittest.skipUnless(HAS_TORCH, "needs PyTorch")
class DecoderTest(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(0)
        torch.set_num_threads(1)

    def test_decode_continues_a_prefill(self) -> None:
        for shape in (TINY_DENSE, TINY_MOE):
            model = Decoder.random(shape, "bfloat16", "cpu", max_context=32)
            tokens = torch.randint(shape.vocab, (3, 9))
            wanted = prefill(model, tokens)
            cache = filled_cache(model, 3, 9)
            for length in range(1, 10):
                # One token at a time; the cache is cut to what was written so far.
                short = KvCache(cache.keys[:, :, :length], cache.values[:, :, :length])
                positions = torch.full((3,), length - 1, dtype=torch.int32)
                found = model.forward(tokens[:, length - 1 : length], positions, short).float()
            self.assertLess(relative_error(found, wanted), 0.03, shape.key)

    def test_fp8_is_close_to_bfloat16(self) -> None:
        for shape in (TINY_DENSE, TINY_MOE):
            tokens = torch.randint(shape.vocab, (4, 6))
            wanted = prefill(Decoder.random(shape, "bfloat16", "cpu", max_context=8), tokens)
            found = prefill(Decoder.random(shape, "fp8", "cpu", max_context=8), tokens)
            self.assertLess(relative_error(found, wanted), 0.2, shape.key)

    def test_weights_are_as_many_as_the_shape_says(self) -> None:
        for shape in (TINY_DENSE, TINY_MOE):
            for precision in ("bfloat16", "fp8"):
                weights = Decoder.random(shape, precision, "cpu", max_context=8).weights()
                found = sum(weight.numel() * weight.element_size() for weight in weights)
                self.assertEqual(found, shape.weight_bytes(precision))

    @unittest.skipUnless(find_spec("transformers"), "needs transformers")
    def test_agrees_with_transformers(self) -> None:
        for shape in (TINY_DENSE, TINY_MOE):
            model = Decoder.random(shape, "bfloat16", "cpu", max_context=32)
            tokens = torch.randint(shape.vocab, (2, 12))
            with torch.no_grad():
                wanted = reference_model(model)(tokens).logits[:, -1].float()
            self.assertLess(relative_error(prefill(model, tokens), wanted), 0.03, shape.key)

    def test_two_processes_compute_what_one_does(self) -> None:
        for key in ("tiny-dense", "tiny-moe"):
            with tempfile.TemporaryDirectory() as folder:
                alone, together = Path(folder) / "1.pt", Path(folder) / "2.pt"
                run_prefill_program(key, alone, processes=1)
                run_prefill_program(key, together, processes=2)
                error = relative_error(torch.load(together), torch.load(alone))
            self.assertLess(error, 0.03, key)

    @unittest.skipUnless(find_spec("triton"), "needs Triton")
    def test_fused_kernels_agree_with_plain_operations(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "gpu_bench.selfcheck", "--device", "cpu"],
            cwd=FOLDER, env=os.environ | {"TRITON_INTERPRET": "1", "OMP_NUM_THREADS": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


def reference_model(model: "Decoder") -> "torch.nn.Module":
    """The same weights in the transformers library's own implementation."""
    import transformers

    shape = model.shape
    common = dict(
        vocab_size=shape.vocab, hidden_size=shape.hidden, intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers, num_attention_heads=shape.query_heads,
        num_key_value_heads=shape.kv_heads, head_dim=shape.head_dim, rms_norm_eps=shape.norm_eps,
        rope_parameters={"rope_type": "default", "rope_theta": shape.rope_theta},
        tie_word_embeddings=False,
    )  # fmt: skip
    if shape.is_moe:
        config = transformers.Qwen3MoeConfig(
            **common, num_experts=shape.experts, num_experts_per_tok=shape.experts_per_token,
            moe_intermediate_size=shape.intermediate, norm_topk_prob=True,
        )  # fmt: skip
        reference = transformers.Qwen3MoeForCausalLM(config)
    else:
        reference = transformers.Qwen3ForCausalLM(transformers.Qwen3Config(**common))
    reference = reference.to(torch.bfloat16).eval()
    state = reference.state_dict()
    state["model.embed_tokens.weight"].copy_(model.embedding)
    state["lm_head.weight"].copy_(model.head.weight)
    for index, layer in enumerate(model.layers):
        copy_layer(state, f"model.layers.{index}", layer, shape)
    return reference


def copy_layer(
    state: "dict[str, torch.Tensor]", prefix: str, layer: "Layer", shape: "ModelShape"
) -> None:
    """Copies one layer's weights into a transformers state dict. Norms are ones in both."""
    query, kv = shape.query_heads * shape.head_dim, shape.kv_heads * shape.head_dim
    parts = layer.qkv.weight.split([query, kv, kv])
    for name, part in zip("qkv", parts):
        state[f"{prefix}.self_attn.{name}_proj.weight"].copy_(part)
    state[f"{prefix}.self_attn.o_proj.weight"].copy_(layer.out.weight)
    if layer.router is None:
        gate, up = layer.gate_up.weight.chunk(2)
        state[f"{prefix}.mlp.gate_proj.weight"].copy_(gate)
        state[f"{prefix}.mlp.up_proj.weight"].copy_(up)
        state[f"{prefix}.mlp.down_proj.weight"].copy_(layer.down.weight)
    else:
        state[f"{prefix}.mlp.gate.weight"].copy_(layer.router.weight)
        state[f"{prefix}.mlp.experts.gate_up_proj"].copy_(layer.gate_up.weight)
        state[f"{prefix}.mlp.experts.down_proj"].copy_(layer.down.weight)


PREFILL_PROGRAM = """
import sys, torch
from gpu_bench.model import Decoder
from gpu_bench.parallel import TensorParallel
from gpu_bench.shapes import SHAPES
from tests.test_model import prefill
torch.set_num_threads(1)
parallel = TensorParallel.from_environment("cpu")
shape = SHAPES[sys.argv[1]]
model = Decoder.random(shape, "bfloat16", "cpu", parallel, max_context=16)
torch.manual_seed(3)
logits = prefill(model, torch.randint(shape.vocab, (2, 7)))
if parallel.rank == 0:
    torch.save(logits, sys.argv[2])
parallel.leave()
"""


def run_prefill_program(key: str, out: Path, processes: int) -> None:
    """Writes the logits of one prompt, computed by so many processes."""
    program = out.with_suffix(".py")
    program.write_text(PREFILL_PROGRAM, encoding="utf-8")
    start = [sys.executable]
    if processes > 1:
        start += ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    subprocess.run(
        [*start, str(program), key, str(out)], cwd=FOLDER, check=True, capture_output=True,
        env=os.environ | {"PYTHONPATH": str(FOLDER), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


if __name__ == "__main__":
    unittest.main()
