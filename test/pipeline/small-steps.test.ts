import { describe, expect, it } from 'vitest'
import { UpstreamRefused } from '../../services/domain/errors.ts'
import type { GridReader } from '../../services/grid/index.ts'
import type { NewEvent } from '../../services/notification/index.ts'
import { expirePlan } from '../../services/pipeline/expire-plan.ts'
import { notifyChange } from '../../services/pipeline/notify-change.ts'
import { refitModels } from '../../services/pipeline/refit-models.ts'
import { refreshGrid } from '../../services/pipeline/refresh-grid.ts'
import { solveOneBlock } from '../../services/pipeline/solve-block.ts'
import { type SolvePlanPorts, solvePlan } from '../../services/pipeline/solve-plan.ts'
import type { StoredPlan } from '../../services/plans/index.ts'
import type { AnyJobRequest } from '../../services/queue/index.ts'

const nowMs = Date.parse('2026-07-01T12:00Z')

describe('refreshGrid', () => {
  const read = async (
    rung: 'live' | 'climatology',
    reasons: string[],
    learnPast: GridReader['learnPast'] = async () => 0,
  ) => {
    const events: NewEvent[] = []
    const warnings: string[] = []
    const seen: string[] = []
    const ports = {
      observe: (zone: string, at: string) => void seen.push(`${zone} ${at}`),
      reader: {
        readZone: async () => ({ zone: 'DE', rung, reasons }) as never,
        learnPast,
      },
      tell: async (more: readonly NewEvent[]) => void events.push(...more),
      warn: (message: string) => void warnings.push(message),
    }
    const result = await refreshGrid(ports, { zone: 'DE', tickMs: nowMs })
    expect(seen).toEqual([`DE ${rung}`])
    return { result, events, warnings }
  }

  it('tells nobody while the best source answers', async () => {
    expect(await read('live', [])).toEqual({ result: { rung: 'live' }, events: [], warnings: [] })
  })

  it('tells of a fall down the ladder, once an hour', async () => {
    const { events, warnings } = await read('climatology', ['watttime forecast: answered 503'])
    expect(warnings).toEqual(['DE: watttime forecast: answered 503'])
    expect(events).toMatchObject([
      { type: 'grid.degraded', subject: 'zone/DE', data: { quality: 'climatology' } },
    ])
    expect((await read('climatology', ['another']))!.events[0]!.key).toBe(events[0]!.key)
  })

  it('does not fail for want of past forecasts, nor hide a defect', async () => {
    const refused = new UpstreamRefused('answered 403', { upstream: 'watttime', httpStatus: 403 })
    const { warnings } = await read('live', [], () => Promise.reject(refused))
    expect(warnings).toEqual(['DE: past forecasts: watttime: answered 403'])
    const broken = read('live', [], () => Promise.reject(new TypeError('a bug')))
    await expect(broken).rejects.toThrow('a bug')
  })

  it('does not call climatology a failure where nothing better was asked for', async () => {
    expect((await read('climatology', [])).events).toEqual([])
  })
})

describe('solvePlan and solveOneBlock', () => {
  it('stores a solve once and enqueues a merge that waits for every block', async () => {
    const flows: { parent: AnyJobRequest; children: readonly AnyJobRequest[] }[] = []
    const stored: unknown[] = []
    const observed: unknown[] = []
    const ports = {
      frame: async () => ({ problem: 'p' }),
      split: async (problem: unknown) => ({
        blocks: [{ id: 'a', problem }, { id: 'b' }],
        known: [],
      }),
      plans: { current: async () => undefined },
      observe: (windows: unknown) => void observed.push(windows),
      solves: {
        begin: async (...args: unknown[]) => void stored.push(args),
        // A run before this one, that died, had cut it differently: its blocks count.
        blocks: async () => [{ id: 'whole', firstWindow: 0, endWindow: 5 }],
        solutions: async () => [undefined],
      },
      queue: {
        addFlow: async (parent: AnyJobRequest, children: AnyJobRequest[]) =>
          void flows.push({ parent, children }),
      },
    } as unknown as SolvePlanPorts
    expect(await solvePlan(ports, { revision: 'r' })).toEqual({ blocks: 1, kept: 0 })
    expect(stored).toHaveLength(1)
    expect(observed).toEqual([{ kept: 0, planned: 5 }])
    expect(flows[0]!.parent).toMatchObject({ name: 'merge-plan', id: 'merge-r' })
    expect(flows[0]!.children).toMatchObject([
      { name: 'solve-block', payload: { revision: 'r', blockId: 'whole' }, attempts: 3 },
    ])
  })

  it('hands the time of a solve to all of its steps', async () => {
    const time = { fromMs: 1000, untilMs: 9000 }
    const seen: unknown[] = []
    const children: AnyJobRequest[] = []
    const ports = {
      frame: async () => ({ problem: 'p', time }),
      split: async (...args: unknown[]) => {
        seen.push(args)
        return { blocks: [], known: [] }
      },
      plans: { current: async () => undefined },
      observe: () => undefined,
      solves: {
        begin: async () => undefined,
        blocks: async () => [{ id: 'a' }],
        solutions: async () => [undefined],
      },
      queue: { addFlow: async (_: unknown, of: AnyJobRequest[]) => void children.push(...of) },
    } as unknown as SolvePlanPorts
    await solvePlan(ports, { revision: 'r' })
    expect(seen).toEqual([['p', { time }]])
    expect(children).toMatchObject([{ payload: { revision: 'r', blockId: 'a', time } }])
    const solves = { block: async () => 'block', saveSolution: async () => undefined }
    const solveBlock = async (...args: unknown[]) => void seen.push(args)
    await solveOneBlock({ solves, solveBlock } as never, { revision: 'r', blockId: 'a', time })
    expect(seen[1]).toEqual(['block', time])
  })

  it.each<[string, unknown, unknown, boolean]>([
    ['goes on from the plan in force', { status: 'planned', plan: 'last' }, { prices: 1 }, true],
    [
      'plans anew where nothing is known of it',
      { status: 'planned', plan: 'last' },
      undefined,
      false,
    ],
    ['plans anew where there was none', { status: 'infeasible' }, { prices: 1 }, false],
  ])('%s, and queues no block that is solved', async (_, outcome, made, isHandedIn) => {
    const seen: unknown[] = []
    const children: AnyJobRequest[] = []
    const ports = {
      frame: async () => ({ problem: 'p' }),
      split: async (...args: unknown[]) => {
        seen.push(args)
        return { blocks: ['stored'], known: ['known'] }
      },
      plans: { current: async () => ({ problemDigest: 'd', outcome }) },
      observe: (windows: unknown) => void seen.push(windows),
      solves: {
        pricesOf: async () => made,
        begin: async (...args: unknown[]) => void seen.push(args),
        blocks: async () => [
          { id: 'a', firstWindow: 0, endWindow: 5, isKept: true },
          { id: 'b', firstWindow: 5, endWindow: 6 },
        ],
        solutions: async () => [{ blockId: 'a' }, undefined],
      },
      queue: { addFlow: async (_: unknown, of: AnyJobRequest[]) => void children.push(...of) },
    } as unknown as SolvePlanPorts
    expect(await solvePlan(ports, { revision: 'r' })).toEqual({ blocks: 1, kept: 1 })
    expect(seen).toEqual([
      ['p', isHandedIn ? { last: { prices: 1, plan: 'last' } } : {}],
      ['r', { problem: 'p' }, ['stored'], ['known']],
      { kept: 5, planned: 1 },
    ])
    expect(children.map(({ id }) => id)).toEqual(['block-r-b'])
  })

  it('solves the block it is told of', async () => {
    const saved: unknown[] = []
    const ports = {
      solves: {
        block: async (_revision: string, id: string) => ({ id }),
        saveSolution: async (...args: unknown[]) => void saved.push(args),
      },
      solveBlock: async (block: { id: string }) => ({ blockId: block.id }),
    }
    await solveOneBlock(ports as never, { revision: 'r', blockId: 'a' })
    expect(saved).toEqual([['r', 'a', { blockId: 'a' }]])
  })
})

it('refitModels keeps what was fitted', async () => {
  const kept: unknown[] = []
  const fit = { model: 'm', fittedAtMs: 1, source: 'catalogue', points: [] }
  const ports = {
    fitModel: async () => fit,
    fits: { save: async (one: unknown) => void kept.push(one), all: async () => [] },
  }
  expect(await refitModels(ports, { model: 'm' })).toEqual({ points: 0 })
  expect(kept).toEqual([fit])
})

it('notifyChange relays under the job’s abort signal', async () => {
  const { signal } = new AbortController()
  expect(await notifyChange({ relay: async (abort) => abort === signal }, signal)).toBe(true)
})

describe('expirePlan', () => {
  const look = async (current: Partial<StoredPlan> | undefined) => {
    const jobs: AnyJobRequest[] = []
    const expired = await expirePlan({
      plans: { current: async () => current as StoredPlan | undefined },
      queue: { add: async (job) => void jobs.push(job) },
      regions: ['a', 'b'],
      nowMs: () => nowMs,
    })
    return { expired, jobs: jobs.map(({ name, payload }) => [name, payload]) }
  }

  it('asks every region to look once the plan has run out, and only then', async () => {
    expect(await look(undefined)).toEqual({ expired: false, jobs: [] })
    expect(await look({ version: 3, validUntilMs: nowMs + 1 })).toEqual({
      expired: false,
      jobs: [],
    })
    expect(await look({ version: 3, validUntilMs: nowMs })).toEqual({
      expired: true,
      jobs: [
        ['apply-plan', { version: 3, region: 'a' }],
        ['apply-plan', { version: 3, region: 'b' }],
      ],
    })
  })
})
