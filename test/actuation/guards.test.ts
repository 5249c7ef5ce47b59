import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { fileStop } from '../../services/actuation/adapters/file-stop.ts'
import {
  answerDrift,
  driftOf,
  environmentStop,
  exactly,
  lastKnown,
  type Observed,
  obstacleToStep,
  type Remembered,
  type ShiftStep,
  stopReason,
} from '../../services/actuation/index.ts'
import { raisedTo, takesAway, toldBounds } from '../../services/actuation/standing.ts'
import { sighting } from './sighting.ts'

const seen = (replicas: number, over: Partial<Observed> = {}): Observed =>
  sighting(replicas, { readyReplicas: replicas, ...over })
const told = (replicas: number): Remembered => ({
  fence: 1,
  planVersion: '7',
  idempotencyKey: 'k',
  before: { replicas: exactly(2) },
  applied: { replicas: exactly(replicas) },
  atMs: 0,
})

describe('drift', () => {
  it('is nothing where the target is as told, or was told nothing', () => {
    expect(driftOf(told(4), seen(4))).toEqual({ kind: 'none', fields: [] })
    expect(driftOf(undefined, seen(4)).kind).toBe('none')
  })

  it('is reverted or foreign, and names the newest writer', () => {
    const owners = [
      { who: 'helm', how: 'human', field: 'replicas', sinceMs: 5 },
      { who: 'kubectl', how: 'human', field: 'replicas', sinceMs: 9 },
      { who: 'someone', how: 'human', field: 'replicas' },
    ] as const
    expect(driftOf(told(4), seen(2))).toEqual({ kind: 'reverted', fields: ['replicas'] })
    expect(driftOf(told(4), seen(9, { owners }))).toMatchObject({
      kind: 'foreign',
      by: { who: 'kubectl', sinceMs: 9 },
    })
  })

  it('is adopted, corrected or only told, by policy', () => {
    const drift = driftOf(told(4), seen(9))
    expect(answerDrift(drift, 'adopt', seen(9), told(4), 0)).toEqual({ act: 'adopt', alarm: false })
    expect(answerDrift(drift, 'alarm', seen(9), told(4), 0)).toEqual({
      act: 'nothing',
      alarm: true,
    })
    const correct = (n: number) => answerDrift(drift, 'correct', seen(9), told(4), n)
    expect([0, 1, 2].map(correct)).toEqual([
      { act: 'reapply', alarm: false },
      { act: 'reapply', alarm: true },
      { act: 'nothing', alarm: true },
    ])
    expect(answerDrift({ kind: 'none', fields: [] }, 'correct', seen(4), told(4), 0)).toEqual({
      act: 'nothing',
      alarm: false,
    })
  })

  it('below what was told is never adopted', () => {
    const drift = driftOf(told(4), seen(1))
    expect(answerDrift(drift, 'adopt', seen(1), told(4), 0).act).toBe('reapply')
    const silent = seen(1, { desired: {} })
    expect(answerDrift(drift, 'adopt', silent, told(4), 0).act).toBe('adopt')
    expect(answerDrift(drift, 'adopt', seen(1), undefined, 0).act).toBe('adopt')
  })
})

describe('the kill switch', () => {
  it('stops on any source, and is not stopped by one that is away', async () => {
    const away = {
      name: 'database',
      read: () => Promise.reject(new Error('down')),
    }
    expect(await stopReason([away, environmentStop(undefined)])).toBeUndefined()
    expect(await stopReason([away, environmentStop('maintenance')])).toBe(
      'stopped by environment: maintenance',
    )
  })

  it.each(['', '0', 'false', 'No'])('%j in the environment is no stop', async (value) => {
    expect(await environmentStop(value).read()).toBeUndefined()
  })

  it('is a file, from here or from a shell', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gridtide-stop-'))
    const path = join(folder, 'STOP')
    const stop = fileStop(path)
    expect(await stop.read()).toBeUndefined()
    await stop.engage('high bills')
    expect(await stopReason([stop])).toBe(`stopped by ${path}: high bills`)
    await stop.disengage()
    await stop.disengage()
    expect(await stop.read()).toBeUndefined()
    await writeFile(path, '')
    expect(await stop.read()).toBe('the file is there')
    expect(await fileStop(folder).read()).toBe('it cannot be read (EISDIR)')
    await rm(folder, { recursive: true })
  })
})

it('hears of a stop on this machine, however slow it is', async () => {
  const read = async () => {
    await delay(30)
    return 'a fire'
  }
  expect(await stopReason([{ name: 'file', local: true, read }], 1)).toBe('stopped by file: a fire')
  expect(await stopReason([{ name: 'far away', read }], 1)).toBeUndefined()
})

it('a stop that was read once is not lifted by an outage', async () => {
  let answer: () => Promise<string | undefined> = async () => 'a person'
  const source = lastKnown({ name: 'the API', read: () => answer() })
  expect(await stopReason([source])).toBe('stopped by the API: a person')
  answer = () => Promise.reject(new Error('away'))
  expect(await stopReason([source])).toBe('stopped by the API: a person')
  answer = () => new Promise(() => undefined)
  expect(await stopReason([source])).toBe('stopped by the API: a person')
  answer = async () => undefined
  expect(await stopReason([source])).toBeUndefined()
})

describe('the second look', () => {
  const ref = { id: 'a', kind: 'replicas', region: 'eu', backend: 'x', locator: {} } as const
  const tell = (replicas: number): ShiftStep => ({
    kind: 'tell',
    target: ref,
    desired: { replicas: exactly(replicas) },
    why: 'scale-down',
  })
  const envelope = (ready: number, id = 'a') => ({
    targets: [
      {
        id,
        region: 'eu',
        model: 'llama',
        gpu: 'H100',
        gpusPerReplica: 1,
        capacityTokensPerSecond: 100,
        floorReplicas: 0,
      },
    ],
    states: { [id]: { ...seen(4), replicas: 4, readyReplicas: ready } },
    wanted: {},
    limits: {
      models: { llama: { minReplicas: 0, tokensPerSecond: 200, sloBurning: false } },
      quotaGpus: {},
      maxChangedGpus: 100,
      changedGpus: {},
      minDwellMs: 0,
      maxUnreadyRatio: 1,
      lastKnownGood: {},
    },
    nowMs: 0,
  })

  it('lets pass what adds, what waits, and what is still safe to remove', () => {
    expect(obstacleToStep(tell(5), seen(4), envelope(4))).toBeUndefined()
    expect(obstacleToStep({ kind: 'check-slo', model: 'm' }, seen(4), envelope(4))).toBeUndefined()
    expect(obstacleToStep(tell(2), undefined, envelope(4))).toBeUndefined()
    expect(obstacleToStep(tell(2), seen(4), envelope(4))).toBeUndefined()
    const cap: ShiftStep = {
      ...tell(1),
      kind: 'tell',
      desired: { powerCapWatts: 300 },
    } as ShiftStep
    expect(obstacleToStep(cap, seen(4), envelope(4))).toBeUndefined()
  })

  it('stops what has become unsafe since, or was paused, or is not ours', () => {
    expect(obstacleToStep(tell(1), seen(4), envelope(4))).toContain('does not carry')
    expect(obstacleToStep(tell(2), seen(4), envelope(1))).toContain('does not carry')
    expect(obstacleToStep(tell(5), seen(4, { paused: true }), envelope(4))).toContain('paused')
    expect(obstacleToStep(tell(2), seen(4), envelope(4, 'b'))).toBe('a: it is no target of ours')
  })

  it('looks at what an autoscaler runs above its bounds before it is cut off', () => {
    const band = seen(4, { desired: { replicas: { min: 2, max: 9 } }, elastic: true })
    expect(obstacleToStep(tell(4), band, envelope(4))).toBeUndefined()
    expect(obstacleToStep(tell(4), band, envelope(1))).toContain('may still be needed')
    expect(obstacleToStep(tell(3), band, envelope(1))).toContain('does not carry')
    const wider: ShiftStep = {
      kind: 'tell',
      target: ref,
      desired: { replicas: { min: 4, max: 9 } },
      why: 'scale-up',
    }
    expect(obstacleToStep(wider, band, envelope(1))).toBeUndefined()
  })

  it('lets go what the envelope no longer counts, and gives every reason against', () => {
    const young = envelope(4)
    const gone = { ...young.states.a!, replicas: 2, readyReplicas: 2, changedAtMs: 0 }
    const dwell = { ...young, states: { a: gone }, limits: { ...young.limits, minDwellMs: 1 } }
    expect(obstacleToStep(tell(3), seen(4), dwell)).toBeUndefined()
    const [one] = young.targets
    const short = { ...young, targets: [{ ...one!, floorReplicas: 5 }] }
    expect(obstacleToStep(tell(2), seen(4), short)).toBe(
      'a: no GPUs are left for its floor; its floor',
    )
  })
})

describe('what stands', () => {
  it('is taken away by whatever is told where nothing can be seen', () => {
    expect(takesAway({ min: 9, max: 9 }, { desired: {}, elastic: false })).toBe(true)
  })

  it('is raised to a count that no autoscaler has room above', () => {
    expect(raisedTo(3, { desired: {}, elastic: true })).toEqual({ min: 3, max: 3 })
  })

  it('is told what was granted though a roll-out runs, unless that stands already', () => {
    const rolling = seen(4, { rollingOut: true, desired: { replicas: { min: 3, max: 6 } } })
    const granted = (replicas: number) => ({ replicas, room: 9, mayNarrow: true })
    expect(toldBounds(rolling, granted(4))).toEqual({ min: 3, max: 6 })
    expect(toldBounds(rolling, granted(5))).toEqual(exactly(5))
  })
})
