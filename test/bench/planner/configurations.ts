import type { Uniform } from './instances.ts'

interface Gpu {
  readonly name: string
  readonly memoryGb: number
  readonly bandwidth: number
  readonly teraflops: number
  readonly idle: number
  readonly tdp: number
  readonly embodied: number
  readonly usd: number
  readonly nvlink: boolean
}

export const GPUS: readonly Gpu[] = [
  {
    name: 'L40S',
    memoryGb: 48,
    bandwidth: 0.864,
    teraflops: 362,
    idle: 60,
    tdp: 350,
    embodied: 5.5,
    usd: 1.0,
    nvlink: false,
  },
  {
    name: 'A100',
    memoryGb: 80,
    bandwidth: 2.04,
    teraflops: 312,
    idle: 95,
    tdp: 400,
    embodied: 7.0,
    usd: 1.6,
    nvlink: true,
  },
  {
    name: 'H100',
    memoryGb: 80,
    bandwidth: 3.35,
    teraflops: 989,
    idle: 130,
    tdp: 700,
    embodied: 8.5,
    usd: 2.8,
    nvlink: true,
  },
  {
    name: 'H200',
    memoryGb: 141,
    bandwidth: 4.8,
    teraflops: 989,
    idle: 135,
    tdp: 700,
    embodied: 9.0,
    usd: 3.4,
    nvlink: true,
  },
]

export interface DrawnConfig {
  readonly gpu: number
  readonly tensor: number
  readonly pipeline: number
  readonly batch: number
  readonly cap: number
  readonly gpus: number
  readonly capacity: number
  readonly idleWatts: number
  readonly joulesPerToken: number
  readonly tpotSeconds: number
  readonly ttftSeconds: number
}

interface Llm {
  readonly active: number
  readonly bytes: number
  readonly weightsGb: number
  readonly layers: number
  readonly hidden: number
  readonly cacheBytes: number
  readonly context: number
}

/** `count` feasible variants of a model of `size` billion parameters, dealt over the GPU types. */
export function drawConfigs(U: Uniform, size: number, count: number): DrawnConfig[] {
  const layers = Math.round(20 + 14 * Math.log2(size))
  const bytes = size > 100 ? 1 : 2
  const llm: Llm = {
    active: size >= 110 ? size * 0.18 : size,
    bytes,
    weightsGb: size * bytes,
    layers,
    hidden: 1024 * Math.round(2 + Math.sqrt(size)),
    cacheBytes: layers * 1024 * 2 * 2 * 1.2,
    context: 1500 + 1500 * U(),
  }
  const all = grid(U, llm)
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(U() * (i + 1))
    const swap = all[i]!
    all[i] = all[j]!
    all[j] = swap
  }
  const byGpu = GPUS.map((_, g) => all.filter((config) => config.gpu === g))
  const drawn: DrawnConfig[] = []
  for (let turn = 0; drawn.length < count && byGpu.some((list) => list.length > 0); turn++) {
    const next = byGpu[turn % GPUS.length]!.pop()
    if (next) drawn.push(next)
  }
  return drawn
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
function grid(U: Uniform, llm: Llm): DrawnConfig[] {
  const all: DrawnConfig[] = []
  for (const gpu of GPUS.keys()) {
    for (const tensor of [1, 2, 4, 8]) {
      for (const pipeline of [1, 2, 4]) {
        for (const batch of [8, 16, 32, 64, 96, 128, 192, 256, 384]) {
          for (const cap of [0.5, 0.6, 0.7, 0.8, 0.9, 1]) {
            const config = evaluate(U, llm, { gpu, tensor, pipeline, batch, cap })
            if (config) all.push(config)
          }
        }
      }
    }
  }
  return all
}

type Shape = Pick<DrawnConfig, 'gpu' | 'tensor' | 'pipeline' | 'batch' | 'cap'>

/** A roofline with communication; undefined where it does not fit or decodes too slowly. */
function evaluate(U: Uniform, llm: Llm, shape: Shape): DrawnConfig | undefined {
  const { tensor, pipeline, batch, cap } = shape
  const gpu = GPUS[shape.gpu]!
  const gpus = tensor * pipeline
  const cacheGb = (batch * llm.context * llm.cacheBytes) / 1e9
  const needGb = llm.weightsGb * 1.05 + (batch * pipeline * llm.context * llm.cacheBytes) / 1e9
  if (gpus > 16 || needGb > gpus * gpu.memoryGb * 0.9) return undefined
  const clock = Math.min(1, cap ** 0.45 * 1.02)
  const memoryClock = cap < 0.6 ? 0.93 : 1
  const memory =
    (llm.active * llm.bytes + cacheGb) /
    pipeline /
    (tensor * gpu.bandwidth * 1000 * 0.72 * memoryClock)
  const compute =
    (batch * 2 * llm.active * 4) / 1000 / pipeline / (tensor * gpu.teraflops * 0.42 * clock)
  const link = gpu.nvlink ? 9e-6 : 28e-6
  const wire = gpu.nvlink ? 300e9 : 28e9
  const communication =
    tensor > 1
      ? (llm.layers / pipeline) * 2 * (link * Math.log2(tensor) + (batch * llm.hidden * 2) / wire)
      : 0
  const step = Math.max(memory, compute) + 0.35 * Math.min(memory, compute) + communication + 0.0006
  const tpotSeconds = step * pipeline
  if (tpotSeconds > 0.055) return undefined
  const tokens = batch / step
  const load = 0.35 + 0.6 * Math.min(1, compute / step + (0.25 * memory) / step)
  const power = Math.min(gpu.tdp * cap, gpu.idle * 0.7 + (gpu.tdp - gpu.idle * 0.7) * load)
  return {
    ...shape,
    gpus,
    capacity: tokens * 0.85 * (0.97 + 0.06 * U()),
    idleWatts: gpus * gpu.idle,
    joulesPerToken: ((Math.max(1, power - gpu.idle * 0.7) * gpus) / tokens) * (0.97 + 0.06 * U()),
    tpotSeconds,
    ttftSeconds: 0.08 + batch * 0.0004 + tpotSeconds * 3,
  }
}
