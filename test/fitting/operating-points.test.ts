import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstTokenP95Ms, meanFirstTokenMs } from '../../services/fitting/first-token.ts'
import { batchInMemory } from '../../services/fitting/fits-memory.ts'
import {
  bestKnown,
  candidateSettings,
  catalogueArchitecture,
  catalogueGpu,
  catalogueModel,
  catalogueModels,
  fittedCatalogueModel,
  groupRuns,
  operatingPoints,
  predict,
  shippedPrior,
} from '../../services/fitting/index.ts'
import { startUp } from '../../services/fitting/start-up.ts'
import { averageRepeats, readRuns } from '../../services/runs/index.ts'
import { settingOf } from './law.ts'

const qwen = catalogueArchitecture('Qwen3-32B')
const h100 = catalogueGpu('H100')
const workload = { inputTokens: 500, outputTokens: 300 }
const slo = { ttftP95Ms: 2000, tpotP95Ms: 50 }
const declared = {
  gpu: 'H100',
  tensorParallel: 2,
  pipelineParallel: 1,
  dataParallel: 1,
  expertParallel: false,
  precision: 'bf16',
  maxBatch: 512,
} as const
const fitted = bestKnown('Qwen/Qwen3-32B', 'bf16', qwen, h100)

describe('operatingPoints', () => {
  it('leaves room for waiting where the promise counts it', () => {
    const query = { fitted, variants: 'auto', workload } as const
    const plain = operatingPoints({ ...query, slo })
    const tails = operatingPoints({ ...query, slo: { ...slo, waitPercentile: 0.95 } })
    const tighter = operatingPoints({ ...query, slo: { ...slo, waitPercentile: 0.99 } })
    for (const [i, point] of tails.entries()) {
      expect(point.capacityTokensPerSecond).toBeLessThan(plain[i]!.capacityTokensPerSecond)
      expect(tighter[i]!.capacityTokensPerSecond).toBeLessThan(point.capacityTokensPerSecond)
      expect(point.ttftP95Ms).toBeLessThanOrEqual(slo.ttftP95Ms)
      expect(point.busyWatts).toBeGreaterThan(point.idleWatts)
    }
  })

  it('keeps the promise with a guard, in every point', () => {
    const points = operatingPoints({ fitted, variants: 'auto', workload, slo })
    expect(points.length).toBeGreaterThan(4)
    for (const point of points) {
      expect(point.ttftP95Ms).toBeLessThanOrEqual(slo.ttftP95Ms)
      expect(point.tpotP95Ms).toBeLessThanOrEqual(slo.tpotP95Ms)
      expect(point.busyWatts).toBeGreaterThan(point.idleWatts)
      expect(point.busyWatts).toBeLessThanOrEqual(h100.tdpWatts * point.gpusPerReplica * 1.0001)
      expect(point.runs).toBe(12)
    }
  })

  it('heeds what production says of a layout, and keeps the promise with it', () => {
    const [plain] = operatingPoints({ fitted, variants: [declared], workload, slo })
    const live = new Map([['H100-tp2-pp1-bf16', { step: 1.2, power: 0.9 }]])
    const [slower] = operatingPoints({ fitted, variants: [declared], workload, slo, live })
    expect(slower!.tpotP95Ms).toBeLessThanOrEqual(slo.tpotP95Ms)
    expect(slower!.capacityTokensPerSecond).toBeLessThan(plain!.capacityTokensPerSecond)
    expect(slower!.busyWatts).toBeLessThan(plain!.busyWatts)
  })

  it('gives less capacity for a tighter promise or a more careful guard', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 20, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (ms, z) => {
          const capacity = (tpotP95Ms: number, guard: number) =>
            operatingPoints({
              fitted,
              variants: 'auto',
              workload,
              slo: { ...slo, tpotP95Ms },
              z: guard,
            }).reduce((sum, point) => sum + point.capacityTokensPerSecond, 0)
          expect(capacity(ms, z)).toBeLessThanOrEqual(capacity(ms * 1.5, z) + 1e-6)
          expect(capacity(ms, z + 1)).toBeLessThanOrEqual(capacity(ms, z) + 1e-6)
        },
      ),
      { numRuns: 15 },
    )
  })

  it('keeps the id of a declared variant and leaves out what does not fit or cannot keep up', () => {
    const variant = {
      gpu: 'H100',
      precision: 'bf16',
      tensorParallel: 2,
      pipelineParallel: 1,
      dataParallel: 1,
      expertParallel: false,
      maxBatch: 64,
    } as const
    const [point] = operatingPoints({ fitted, variants: [variant], workload, slo })
    expect(point!.id).toBe('H100-tp2-pp1-bf16-b64')
    expect(
      operatingPoints({ fitted, variants: [variant], workload, slo: { ...slo, tpotP95Ms: 1 } }),
    ).toEqual([])
    const llama = catalogueArchitecture('Llama-3.1-405B')
    const alone = operatingPoints({
      prior: shippedPrior,
      architecture: llama,
      gpuSpec: h100,
      variants: 'auto',
      workload,
      slo,
    })
    expect(alone).toEqual([])
  })

  it('takes the prior alone where nothing was measured, and is less sure', () => {
    const [guess] = operatingPoints({
      prior: shippedPrior,
      architecture: qwen,
      gpuSpec: h100,
      variants: 'auto',
      workload,
      slo,
      precision: 'fp8',
      maxGpusPerReplica: 1,
      startUp: { loadGbPerSecond: 10, warmUpSeconds: 1 },
    })
    const [known] = operatingPoints({
      fitted,
      variants: 'auto',
      workload,
      slo,
      maxGpusPerReplica: 1,
    })
    expect(guess!.runs).toBe(0)
    expect(guess!.logSdJoulesPerToken).toBeGreaterThan(known!.logSdJoulesPerToken)
    expect(guess!.startSeconds).toBeLessThan(10)
  })

  it('spreads experts, and copies attention, for mixtures of experts', () => {
    const moe = catalogueArchitecture('Qwen3-30B-A3B')
    const ids = operatingPoints({
      prior: shippedPrior,
      architecture: moe,
      gpuSpec: h100,
      variants: 'auto',
      workload,
      slo,
    }).map(({ id }) => id)
    expect(ids.some((id) => id.includes('-ep-'))).toBe(true)
    expect(ids.some((id) => id.includes('-dp2-ep-'))).toBe(true)
  })
})

describe('memory', () => {
  it('has no room for weights beyond the board, and twice the cache on twice the GPUs or more', () => {
    expect(batchInMemory(settingOf(1, 1), catalogueArchitecture('Llama-3.3-70B'), h100)).toBe(0)
    const one = batchInMemory(settingOf(2, 1), qwen, h100)
    expect(batchInMemory(settingOf(4, 1), qwen, h100)).toBeGreaterThan(2 * one)
  })

  it('offers candidates that fit only', () => {
    const settings = candidateSettings(qwen, h100, workload, 'bf16', 2)
    expect(settings.length).toBeGreaterThan(5)
    for (const setting of settings) {
      expect(setting.batch).toBeLessThanOrEqual(batchInMemory(setting, qwen, h100))
    }
  })
})

describe('a start', () => {
  const h200 = catalogueGpu('H200')
  const rates = { loadGbPerSecond: 1000, warmUpSeconds: 0 }
  const gigabytes = 2 * qwen.paramsTotalBillions
  it('loads no faster than each GPU can be fed, and pays for moving the weights', () => {
    const one = startUp(settingOf(1, 1), qwen, h200, rates)
    expect(one.startSeconds).toBeCloseTo(gigabytes / 55.4, 9)
    expect(startUp(settingOf(4, 1), qwen, h200, rates).startSeconds).toBeCloseTo(
      one.startSeconds / 4,
      9,
    )
    expect(one.startJoules).toBeCloseTo(126 * one.startSeconds + 0.2 * gigabytes, 6)
  })
  it('is bound by the disk where nobody measured the host', () => {
    const { startSeconds, startJoules } = startUp(settingOf(2, 1), qwen, h100, rates)
    expect(startSeconds).toBeCloseTo(gigabytes / 1000, 9)
    expect(startJoules).toBeCloseTo(2 * 120 * startSeconds, 9)
  })
})

describe('time to first token', () => {
  const prior = { steps: 1, prefill: 2, logSd: 0.3 }
  it('grows with load and stays finite', () => {
    const at = (prefillLoad: number) =>
      meanFirstTokenMs({ prefillMs: 10, stepMs: 20, prefillLoad }, prior)
    expect(at(0)).toBe(40)
    expect(at(0.5)).toBe(60)
    expect(at(1)).toBeCloseTo(220)
  })
  it('bounds the 95th percentile above the mean', () => {
    const load = { prefillMs: 10, stepMs: 20, prefillLoad: 0.2 }
    expect(firstTokenP95Ms(load, prior, 0)).toBeGreaterThan(meanFirstTokenMs(load, prior))
    expect(firstTokenP95Ms(load, prior, 1)).toBeGreaterThan(firstTokenP95Ms(load, prior, 0))
  })
})

describe('the catalogue', () => {
  it('has at least twelve models on H100 and on B200', () => {
    for (const gpu of ['H100', 'B200']) {
      const models = new Set(
        catalogueModels.filter((entry) => entry.gpu === gpu).map(({ model }) => model),
      )
      expect(models.size).toBeGreaterThanOrEqual(12)
    }
  })

  it('finds an entry in any case and names near ones', () => {
    expect(catalogueModel('qwen/qwen3-32b@h100:BF16').model).toBe('Qwen/Qwen3-32B')
    expect(() => catalogueModel('Qwen/Qwen3-32@H100:bf16')).toThrow(
      /nearest: .*Qwen3-32B@H100:bf16/,
    )
    expect(() => catalogueGpu('H1000')).toThrow(/nearest: H100/)
    expect(() => catalogueArchitecture('Llama-3.3-71B')).toThrow(/Llama-3.3-70B/)
  })

  it('knows an H200 from our own runs: within 10 % in the median, at context lengths it was not given', () => {
    const path = new URL('../../config/catalogue/runs/h200-decode.csv', import.meta.url)
    const runs = averageRepeats(readRuns(readFileSync(path, 'utf8'), 'csv').runs)
    for (const { runs: group, architecture, gpu } of groupRuns(runs)) {
      const { model, precision } = group[0]!
      const entry = catalogueModel(`${model}@${gpu.name}:${precision}`)
      const known = fittedCatalogueModel(entry, architecture, gpu)
      const { logMean } = predict(known, group).energy
      const errors = group
        .map((run, i) =>
          Math.abs((Math.exp(logMean[i]!) * run.tokensPerSecond) / run.powerWatts! - 1),
        )
        .sort((a, b) => a - b)
      expect(known.runs).toBe(12)
      expect(known.caveats).toHaveLength(1)
      expect(errors[Math.floor(errors.length / 2)]!).toBeLessThan(0.1)
    }
  })

  it('falls back to the prior on a GPU that nobody measured, or with a bare engine alone', () => {
    expect(bestKnown('Qwen/Qwen3-32B', 'bf16', qwen, catalogueGpu('H200')).runs).toBe(0)
    expect(bestKnown('Qwen/Qwen3-32B', 'bf16', qwen, catalogueGpu('GH200')).runs).toBe(0)
    expect(fittedCatalogueModel(catalogueModel('Qwen/Qwen3-32B@H100:bf16')).runs).toBe(12)
  })
})
