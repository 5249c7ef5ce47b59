import type { BenchGroup } from './load.ts'

/** Families held out together for the public ML.ENERGY file; fixed before anything was fitted. */
export const PUBLIC_FOLDS: readonly (readonly string[])[] = [
  ['Llama-3.1-8B', 'NVIDIA-Nemotron-Nano-9B-v2', 'NVIDIA-Nemotron-Nano-12B-v2'],
  ['Qwen3-30B-A3B', 'Llama-4-Scout-17B-16E', 'Qwen3-235B-A22B'],
  ['Llama-3.x-70B', 'gpt-oss-120b', 'gpt-oss-20b'],
  ['Qwen3-8B', 'Qwen3-Coder-480B-A35B', 'Qwen3-14B'],
  ['DeepSeek-V3/R1', 'gemma-3-12b', 'Llama-3.1-405B'],
  ['Llama-4-Maverick-17B-128E', 'Qwen3-32B', 'gemma-3-27b'],
]

const FOLDS = 6

/** Families of any other file, dealt in alphabetical order onto at most six folds. */
export function foldsOf(groups: readonly BenchGroup[]): readonly (readonly string[])[] {
  const families = [...new Set(groups.map(({ family }) => family))].sort()
  const count = Math.min(FOLDS, families.length)
  return Array.from({ length: count }, (_, fold) => families.filter((__, i) => i % count === fold))
}
