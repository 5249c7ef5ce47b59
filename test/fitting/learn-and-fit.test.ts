import { describe, expect, it } from 'vitest'
import { restoreGroup } from '../../services/fitting/fit-group.ts'
import {
  adviseNextRuns,
  buildCatalogue,
  catalogueArchitecture,
  catalogueGpu,
  estimateArchitecture,
  familyFolds,
  fitGroup,
  fitPlot,
  gpusOf,
  groupRuns,
  judgePrior,
  learnPrior,
  nextRuns,
  outliersOf,
  predict,
  predictGaps,
  shippedPrior,
} from '../../services/fitting/index.ts'
import { runUnderLaw, settingOf } from './law.ts'

const MODELS = [
  'Qwen3-8B',
  'Llama-3.1-8B',
  'gemma-3-12b',
  'Qwen3-14B',
  'gemma-3-27b',
  'Qwen3-30B-A3B',
]
const BATCHES = [8, 16, 32, 64, 128, 256]

const law = MODELS.flatMap((model) =>
  ['H100', 'B200'].flatMap((gpu) =>
    BATCHES.map((batch, i) =>
      runUnderLaw(model, gpu, settingOf(1 + (i % 2), batch), 0.01 * Math.sin(7 * i)),
    ),
  ),
)
const target = 'Qwen3-32B'
const candidates = [2, 4].flatMap((tp) => BATCHES.map((batch) => settingOf(tp, batch)))
const architecture = catalogueArchitecture(target)
const gpu = catalogueGpu('H100')

describe('a prior learned from runs under a known law', () => {
  const prior = learnPrior(groupRuns(law), { source: 'law', date: '2026-01-01' })

  it('says what it was learned from', () => {
    expect(prior).toMatchObject({ source: 'law', rows: law.length, groups: 12 })
  })

  it('predicts a model it has never seen within 15 %, and three runs bring it within 5 %', () => {
    const truth = candidates.map((setting) => runUnderLaw(target, 'H100', setting))
    const worst = (runs: typeof truth) => {
      const { step, power } = predict(fitGroup(runs, architecture, gpu, prior), candidates)
      return Math.max(
        ...truth.map((run, i) => {
          const stepMs = (1e3 * run.batch) / run.tokensPerSecond
          return Math.max(
            Math.abs(Math.exp(step.logMean[i]!) / stepMs - 1),
            Math.abs(Math.exp(power.logMean[i]!) / run.powerWatts! - 1),
          )
        }),
      )
    }
    const chosen = nextRuns(fitGroup([], architecture, gpu, prior), candidates, 3)
    expect(worst([])).toBeLessThan(0.15)
    expect(worst(chosen.map((i) => truth[i]!))).toBeLessThan(0.05)
  })

  it('reports small errors with families left out', () => {
    const few = law.slice(0, 36).map((run, i) => {
      const { powerWatts: _, ...unmetered } = run
      if (i === 1) return { ...run, tokensPerSecond: run.tokensPerSecond * 2 }
      if (i === 2) {
        const { itlMs: __, ...silent } = run
        return silent
      }
      return i === 0 ? unmetered : run
    })
    const report = judgePrior(familyFolds(groupRuns(few)), 3)
    expect(judgePrior(familyFolds(groupRuns(law.slice(0, 6))), 3)).toBeUndefined()
    expect(
      judgePrior(familyFolds(groupRuns([...law.slice(0, 2), ...law.slice(12, 14)])), 3),
    ).toBeUndefined()
    expect(report!.runs).toBe(3)
    expect(report!.tokensPerSecond[0]).toBeLessThan(5)
    expect(report!.joulesPerToken[0]).toBeLessThan(5)
  }, 120_000)
})

describe('fitGroup', () => {
  const runs = [settingOf(2, 8), settingOf(2, 64), settingOf(4, 256)].map((s) =>
    runUnderLaw(target, 'H100', s),
  )

  it('narrows the interval and moves the mean towards what was measured', () => {
    const before = predict(fitGroup([], architecture, gpu, shippedPrior), runs)
    const after = predict(fitGroup(runs, architecture, gpu, shippedPrior), runs)
    runs.forEach((run, i) => {
      const truth = Math.log((1e3 * run.batch) / run.tokensPerSecond)
      expect(after.step.logSd[i]!).toBeLessThan(before.step.logSd[i]!)
      expect(Math.abs(after.step.logMean[i]! - truth)).toBeLessThan(
        Math.abs(before.step.logMean[i]! - truth) + 1e-9,
      )
    })
  })

  it('predicts every number format', () => {
    const formats = (['bf16', 'int8', 'int4', 'mxfp4', 'fp8'] as const).map((precision) => ({
      ...settingOf(2, 64),
      precision,
    }))
    const { step } = predict(fitGroup([], architecture, gpu, shippedPrior), formats)
    expect(step.logMean[1]!).toBeLessThan(step.logMean[0]!)
    expect(step.logMean[1]!).toBe(step.logMean[4]!)
  })

  it('knows J/token better than its parts suggest, since a slow step draws less', () => {
    const { step, power, energy } = predict(
      fitGroup([], architecture, gpu, shippedPrior),
      candidates,
    )
    candidates.forEach((_, i) => {
      expect(energy.logSd[i]!).toBeLessThan(Math.hypot(step.logSd[i]!, power.logSd[i]!))
    })
  })

  it('never predicts more than the boards may draw', () => {
    const { power } = predict(fitGroup(runs, architecture, gpu, shippedPrior), [settingOf(1, 4096)])
    expect(Math.exp(power.logMean[0]!)).toBeLessThanOrEqual(gpu.tdpWatts * 1.0001)
  })

  it('predicts a higher 95th percentile gap than the median', () => {
    const { itl, itlP95 } = predictGaps(fitGroup(runs, architecture, gpu, shippedPrior), candidates)
    candidates.forEach((_, i) => {
      expect(itlP95.logMean[i]!).toBeGreaterThan(itl.logMean[i]!)
    })
  })

  it('uses runs that lack power for throughput', () => {
    const { powerWatts: _, ...unmetered } = runs[0]!
    const fitted = fitGroup([unmetered, runs[1]!], architecture, gpu, shippedPrior)
    expect(fitted.outputs.step.count).toBe(2)
    expect(fitted.outputs.power.count).toBe(1)
  })

  it('is rebuilt exactly from settings and coefficients', () => {
    const fitted = fitGroup(runs, architecture, gpu, shippedPrior)
    const restored = restoreGroup(
      runs,
      runs.map((run) => Math.log((1e3 * run.batch) / run.tokensPerSecond)),
      {
        step: [...fitted.outputs.step.alpha],
        itl: [...fitted.outputs.itl.alpha],
        itlP95: [...fitted.outputs.itlP95.alpha],
        power: [...fitted.outputs.power.alpha],
      },
      architecture,
      gpu,
      shippedPrior,
    )
    const [a, b] = [predict(fitted, candidates), predict(restored, candidates)]
    expect(b.energy.logMean).toEqual(a.energy.logMean)
    expect(b.energy.logSd).toEqual(a.energy.logSd)
  })

  it('names the one run that the others contradict', () => {
    const many = candidates.map((setting) => runUnderLaw(target, 'H100', setting))
    const broken = many.map((run, i) =>
      i === 4 ? { ...run, tokensPerSecond: run.tokensPerSecond / 3 } : run,
    )
    const outliers = outliersOf(broken, architecture, gpu, shippedPrior)
    expect(outliers.map(({ run }) => run)).toEqual([broken[4]])
    expect(outliersOf([], architecture, gpu, shippedPrior)).toEqual([])
  })

  it('says what is estimated, and is less sure of it', () => {
    const unknown = estimateArchitecture('Foo-32B', 32.8)
    const unsure = fitGroup(
      [],
      { ...unknown, ...architecture, estimated: unknown.estimated! },
      gpu,
      shippedPrior,
    )
    const sure = fitGroup([], architecture, gpu, shippedPrior)
    expect(unsure.caveats).toEqual([unknown.estimated])
    expect(predict(unsure, candidates).step.logSd[0]!).toBeGreaterThan(
      predict(sure, candidates).step.logSd[0]!,
    )
  })
})

describe('a GPU without a spec', () => {
  const bare = { ...gpu, name: 'X1', estimated: 'taken as another', isUnspecified: true as const }
  const specified = { ...gpu, name: 'X1', estimated: 'from a spec file' }
  /** Runs that draw 1.5 times what the GPU it is taken as could. */
  const hot = candidates.slice(0, 8).map((setting) => ({
    ...runUnderLaw(target, 'H100', setting),
    powerWatts: 1.5 * gpu.tdpWatts * gpusOf(setting),
  }))

  it('is less sure than one from a spec file', () => {
    const [unsure, surer] = [bare, specified].map((of) =>
      predict(fitGroup([], architecture, of, shippedPrior), candidates),
    )
    expect(unsure!.power.logSd[0]!).toBeGreaterThan(surer!.power.logSd[0]!)
    expect(unsure!.step.logSd[0]!).toBeGreaterThan(surer!.step.logSd[0]!)
  })

  it('may draw more than the GPU that it is taken as', () => {
    const { power } = predict(fitGroup(hot, architecture, bare, shippedPrior), candidates)
    const watts = Math.exp(power.logMean[0]!) / gpusOf(candidates[0]!)
    expect(watts / (1.5 * gpu.tdpWatts)).toBeCloseTo(1, 1)
    const held = predict(fitGroup(hot, architecture, specified, shippedPrior), candidates)
    expect(Math.exp(held.power.logMean[0]!) / gpusOf(candidates[0]!)).toBeCloseTo(gpu.tdpWatts)
  })
})

describe('next runs', () => {
  const fitted = fitGroup([], architecture, gpu, shippedPrior)

  it('never names a candidate twice and stops at the candidates', () => {
    const chosen = nextRuns(fitted, candidates, 99)
    expect(new Set(chosen).size).toBe(candidates.length)
  })

  it('leaves what was measured for what was not', () => {
    const runs = [8, 64, 256].map((batch) => runUnderLaw(target, 'H100', settingOf(2, batch)))
    const [next] = nextRuns(fitGroup(runs, architecture, gpu, shippedPrior), candidates, 1)
    expect(candidates[next!]!.tensorParallel).toBe(4)
  })

  it('asks for the step alone where no run will have power', () => {
    const chosen = nextRuns(fitted, candidates, 2, undefined, false)
    expect(new Set(chosen).size).toBe(2)
    const { logSd } = predict(fitted, candidates).step
    const seen = chosen.map((i) => runUnderLaw(target, 'H100', candidates[i]!))
    const after = predict(fitGroup(seen, architecture, gpu, shippedPrior), candidates).step
    const sum = (values: Float64Array) => values.reduce((total, sd) => total + sd ** 2, 0)
    expect(sum(after.logSd)).toBeLessThan(sum(logSd) / 2)
  })

  it('looks where the planner would choose', () => {
    const weights = candidates.map((setting) => (setting.batch === 256 ? 1 : 0))
    expect(candidates[nextRuns(fitted, candidates, 1, weights)[0]!]!.batch).toBeGreaterThanOrEqual(
      128,
    )
  })

  it('stops when all is known, or when the plan can no longer change', () => {
    const settled = adviseNextRuns(
      fitted,
      candidates,
      3,
      candidates.map((_, i) => (i === 2 ? 1 : 0)),
    )
    expect(settled).toMatchObject({ stop: 'plan-settled', runs: [] })
    const open = adviseNextRuns(fitted, candidates, 2)
    expect(open.stop).toBeUndefined()
    expect(open.runs).toHaveLength(2)
    const runs = Array.from({ length: 30 }, () => runUnderLaw(target, 'H100', settingOf(2, 64)))
    const known = adviseNextRuns(
      fitGroup(runs, architecture, gpu, { ...shippedPrior, outputs: quiet() }),
      [settingOf(2, 64)],
      3,
    )
    expect(known).toMatchObject({ stop: 'certain', runs: [] })
  })

  /** The shipped prior without run-to-run noise. */
  const quiet = () => {
    const { step, power, itl, itlP95 } = shippedPrior.outputs
    return { itl, itlP95, step: { ...step, noiseSd: 0.001 }, power: { ...power, noiseSd: 0.001 } }
  }
})

describe('a catalogue', () => {
  it('has one entry per model and GPU, the chat workload first, and a plot of each', () => {
    const twice = law.map((run) => ({ ...run, task: 'lm-arena-chat' }))
    const entries = buildCatalogue(
      groupRuns([...law, ...twice, ...law.map((r) => ({ ...r, task: 'z', contextTokens: 700 }))]),
      shippedPrior,
      '2026-01-01',
    )
    expect(entries).toHaveLength(12)
    expect(entries.every(({ task, runs }) => task === 'lm-arena-chat' && runs === 6)).toBe(true)
    const group = groupRuns(law)[0]!
    const fitted = fitGroup(group.runs, group.architecture, group.gpu, shippedPrior)
    const svg = fitPlot({ ...entries[0]!, settings: group.runs }, fitted)
    expect(svg.match(/<circle/g)).toHaveLength(6)
  })

  it('has no entry for runs under a power cap, which are a group of their own', () => {
    const capped = law.slice(0, 6).map((run) => ({ ...run, powerCapWatts: 400 }))
    const groups = groupRuns([...law.slice(0, 6), ...capped])
    expect(groups.map(({ gpu }) => gpu.tdpWatts)).toEqual([700, 400])
    const entries = buildCatalogue(groups, shippedPrior, '2026-01-01')
    expect(entries.map(({ runs }) => runs)).toEqual([6])
  })

  it('keeps an odd number of runs, and the context where it was measured', () => {
    const odd = law.slice(0, 5).map((run) => ({ ...run, contextTokens: 700 }))
    const [entry] = buildCatalogue(groupRuns(odd), shippedPrior, '2026-01-01')
    expect(entry!.settings[0]!.contextTokens).toBe(700)
    expect(entry!.errorPercent.power).toBeGreaterThan(0)
  })
})
