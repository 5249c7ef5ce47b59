import {
  catalogueModel,
  fitGroup,
  fittedCatalogueModel,
  type MeasuredRun,
  predict,
  type Setting,
  shippedPrior,
} from '../../../services/fitting/index.ts'

const WARM_UP = 30
const REPEATS = 15

/**
 * Median CPU ms of fitting one group (20 runs, 500 candidates) and of 10,000 predictions, in a warm
 * process as a service is: the CPU time of the first rounds is mostly the compiler's.
 */
export function measureSpeed() {
  const { architecture, gpu } = fittedCatalogueModel(catalogueModel('Qwen/Qwen3-32B@H100:bf16'))
  const runs = Array.from(
    { length: 20 },
    (_, i): MeasuredRun => ({
      ...setting(i, 20),
      source: 'bench',
      model: architecture.id,
      family: architecture.id,
      gpu: gpu.name,
      engine: 'vllm',
      task: 'chat',
      tokensPerSecond: 100 + 37 * i,
      itlMs: 12 + i,
      itlP95Ms: 30 + i,
      powerWatts: 400 + 10 * i,
    }),
  )
  const some = Array.from({ length: 500 }, (_, i) => setting(i, 500))
  const many = Array.from({ length: 10_000 }, (_, i) => setting(i, 10_000))
  const fewRuns = fitGroup(runs.slice(0, 5), architecture, gpu, shippedPrior)
  const manyRuns = fitGroup(runs, architecture, gpu, shippedPrior)
  return {
    fitGroup20Runs500CandidatesMs: median(() => {
      predict(fitGroup(runs, architecture, gpu, shippedPrior), some)
    }),
    predict10000From5RunsMs: median(() => {
      predict(fewRuns, many)
    }),
    predict10000From20RunsMs: median(() => {
      predict(manyRuns, many)
    }),
  }
}

const setting = (i: number, of: number): Setting => ({
  tensorParallel: 2 ** (i % 4),
  pipelineParallel: 1,
  dataParallel: 1,
  expertParallel: false,
  precision: 'bf16',
  batch: 1 + (1000 * i) / of,
  inputTokens: 500,
  outputTokens: 300,
})

function median(work: () => void): number {
  for (let round = 0; round < WARM_UP; round++) work()
  const times = Array.from({ length: REPEATS }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e3
  }).sort((a, b) => a - b)
  return Math.round(times[Math.floor(REPEATS / 2)]! * 100) / 100
}
