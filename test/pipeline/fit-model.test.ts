import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  catalogueArchitecture,
  catalogueGpu,
  type MeasuredRun,
} from '../../services/fitting/index.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { describeFit } from '../../services/pipeline/describe-fit.ts'
import { fitModel } from '../../services/pipeline/fit-model.ts'
import { nearestRuns } from '../../services/pipeline/nearest-runs.ts'

const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const gpus = [catalogueGpu('H100')]
const architecture = catalogueArchitecture('Qwen/Qwen3-8B')

function pointsOf(edits: [string, string][], runs: MeasuredRun[] = []) {
  const text = edits.reduce((changed, [from, to]) => changed.replace(from, to), SMALL)
  const fleet = parseFleet(text, { fileName: 'small.yaml' })
  return fitModel(fleet.models[0]!, fleet, { architecture, runs }, gpus)
}

const run = (task: string, more: Partial<MeasuredRun> = {}): MeasuredRun => ({
  source: 'test',
  model: 'Qwen/Qwen3-8B',
  family: 'Qwen3-8B',
  gpu: 'H100',
  engine: 'vllm',
  task,
  precision: 'bf16',
  tensorParallel: 1,
  pipelineParallel: 1,
  dataParallel: 1,
  expertParallel: false,
  batch: 64,
  inputTokens: 500,
  outputTokens: 200,
  tokensPerSecond: 3000,
  powerWatts: 500,
  ...more,
})

describe('fitting a model of the fleet', () => {
  test('keeps the promise with the farthest region counted in', () => {
    const points = pointsOf([])
    expect(points.length).toBeGreaterThan(2)
    for (const { ttftP95Ms, tpotP95Ms } of points) {
      expect(ttftP95Ms + 20).toBeLessThanOrEqual(2000)
      expect(tpotP95Ms).toBeLessThanOrEqual(50)
    }
  })

  test('gives up a far region before it gives up the model', () => {
    const nextDoor = pointsOf([['{ europe: 20 }', '{ europe: 1999.9 }']])
    expect(nextDoor.length).toBeGreaterThan(0)
    expect(Math.max(...nextDoor.map(({ ttftP95Ms }) => ttftP95Ms))).toBeLessThanOrEqual(1990)
    const beyond = pointsOf([['{ europe: 20 }', '{ europe: 3000 }']])
    expect(beyond).toEqual(nextDoor)
  })

  test('where none keeps the promise, gives the ones that miss it least', () => {
    const points = pointsOf([['tpotP95Ms: 50', 'tpotP95Ms: 2']])
    expect(points.length).toBeGreaterThan(0)
    for (const { tpotP95Ms } of points) expect(tpotP95Ms).toBeGreaterThan(2)
    const least = Math.min(...points.map(({ tpotP95Ms }) => tpotP95Ms))
    expect(
      pointsOf([['tpotP95Ms: 50', `tpotP95Ms: ${least / 1.11}`]])[0]?.tpotP95Ms,
    ).toBeGreaterThan(least / 1.11)
  })

  test('has nothing to offer where the promise is beyond reason', () => {
    expect(pointsOf([['tpotP95Ms: 50', 'tpotP95Ms: 0.001']])).toEqual([])
  })

  test('own runs go before the catalogue', () => {
    const own = pointsOf(
      [],
      [run('a'), run('a', { batch: 8, tokensPerSecond: 600, powerWatts: 400 })],
    )
    expect(new Set(own.map(({ runs }) => runs))).toEqual(new Set([2]))
    const [catalogue] = pointsOf([])
    expect(catalogue?.runs).toBeGreaterThan(2)
  })

  test('listed variants are the only ones, in the precision of the model', () => {
    const points = pointsOf([
      [
        'minReplicas: 1',
        'precision: fp8\n    variants: [{ gpu: H100, maxBatch: 16 }, { gpu: H100, tensorParallel: 2, precision: bf16, maxBatch: 16 }]',
      ],
    ])
    expect(points.map(({ id }) => id)).toEqual(['H100-tp1-pp1-fp8-b16', 'H100-tp2-pp1-bf16-b16'])
  })

  test('bounds leave out the rest', () => {
    const layouts = (variants: string) =>
      pointsOf([['minReplicas: 1', `variants: ${variants}`]]).map(
        ({ variant }) => `${variant.tensorParallel}x${variant.pipelineParallel}`,
      )
    expect(layouts('{ maxGpusPerReplica: 2 }')).toEqual(['1x1', '1x2', '2x1'])
    expect(layouts('{ gpus: [H100], tensorParallel: [1, 4], pipelineParallel: [1] }')).toEqual([
      '1x1',
      '4x1',
    ])
  })
})

describe('the nearest runs', () => {
  const workload = { inputTokens: 500, outputTokens: 200 }

  test('are of one workload, the one with the nearest lengths', () => {
    const chat = [run('chat'), run('chat', { batch: 8 })]
    const long = run('long', { outputTokens: 7000 })
    expect(nearestRuns([long, ...chat], 'H100', 'bf16', workload)).toEqual(chat)
  })

  test('are of that GPU and precision', () => {
    expect(nearestRuns([run('chat')], 'B200', 'bf16', workload)).toEqual([])
    expect(nearestRuns([run('chat')], 'H100', 'fp8', workload)).toEqual([])
  })
})

describe('describing a fit', () => {
  const described = (runs: MeasuredRun[]) => {
    const fleet = parseFleet(SMALL, { fileName: 'small.yaml' })
    const model = fleet.models[0]!
    return describeFit(model, fleet, { architecture, runs }, catalogueGpu)
  }

  test('says whose runs it stands on, and judges each by the others', () => {
    const [catalogue] = described([])
    expect(catalogue).toMatchObject({ gpu: 'H100', standsOn: 'catalogue' })
    expect(catalogue!.runs.length).toBeGreaterThan(3)
    const [own] = described([run('chat'), run('chat', { batch: 16, tokensPerSecond: 1200 })])
    expect(own).toMatchObject({ standsOn: 'own runs' })
    expect(own!.runs.map(({ tokensPerSecond }) => Math.round(tokensPerSecond.measured))).toEqual([
      3000, 1200,
    ])
  })

  test('names the runs that would teach most, fewer doubts after more runs', () => {
    const worst = (runs: MeasuredRun[]) => described(runs)[0]!.next!.worstLogSd
    const some = [1, 2, 4].flatMap((tensorParallel) =>
      [8, 64].map((batch) => run('chat', { tensorParallel, batch, tokensPerSecond: 40 * batch })),
    )
    expect(worst(some)).toBeLessThan(worst(some.slice(0, 1)))
    expect(described(some.slice(0, 1))[0]!.next!.runs.length).toBeGreaterThan(0)
  })
})
