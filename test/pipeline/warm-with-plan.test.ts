import { expect, it } from 'vitest'
import { type BatchJob, ownLevel, type Placement } from '../../services/batch/index.ts'
import { finish } from '../../services/domain/steps.ts'
import type { Fleet } from '../../services/fleet/index.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { gridReader } from '../../services/grid/index.ts'
import type { BatchPorts } from '../../services/pipeline/batch-desk.ts'
import { gatherProblem } from '../../services/pipeline/gather-problem.ts'
import { replanJobs } from '../../services/pipeline/replan-jobs.ts'
import { type SubmitPorts, submitJobs } from '../../services/pipeline/submit-jobs.ts'
import { loadHighs, type Plan, planHorizon } from '../../services/planning/index.ts'
import type { StoredPlan } from '../../services/plans/index.ts'
import { memoryJobs } from '../deferred/memory-jobs.ts'
import { smallFleet, smallPoint } from '../support/small-fleet.ts'

const HOUR_MS = 3_600_000
const NOW_MS = Date.parse('2026-06-01T00:00Z')
const at = (hours: number) => NOW_MS + hours * HOUR_MS
const POOL_GPUS = 16
const measure = { signal: 'average', basis: 'lifecycle' } as const
const reader = gridReader({
  providers: [],
  measure,
  store: memorySeriesStore(),
  archive: memoryArchive(),
})
const warn = () => undefined

/** A fleet whose interactive plan is made by the planner, window by window, and its deferrable jobs. */
async function day(trafficAt: (hour: number) => number) {
  const solver = await loadHighs()
  const small = smallFleet()
  const fleetAt = (hour: number): Fleet => ({
    ...small,
    models: small.models.map((model) => ({
      ...model,
      demand: [{ kind: 'constant', origin: 'europe', tokensPerSecond: trafficAt(hour) }],
    })),
  })
  /** @param before what it runs on */
  const planAt = async (hour: number, before?: Plan): Promise<Plan> => {
    const { problem } = await gatherProblem(fleetAt(hour), at(hour), {
      reader,
      pointsOf: async () => [smallPoint],
      tracesOf: async () => [undefined],
      running: before?.assignments.filter(({ window }) => window === 0) ?? [],
      warn,
    })
    const outcome = planHorizon(problem, solver)
    if (outcome.status !== 'planned') throw new Error(outcome.status)
    return outcome.plan
  }
  let now = { hour: 0, plan: await planAt(0) }
  const jobs = memoryJobs()
  const ports: SubmitPorts & BatchPorts = {
    tenant: 'default',
    fleet: async () => fleetAt(now.hour),
    reader,
    plans: {
      current: async () =>
        ({
          validUntilMs: at(now.hour + 2),
          outcome: { status: 'planned', plan: now.plan },
        }) as unknown as StoredPlan,
    },
    points: async () => new Map([['llama', [smallPoint]]]),
    gpuWatts: () => 700,
    jobs,
    nowMs: () => at(now.hour),
    pace: async (steps) => finish(steps),
    newId: () => 'made-up',
    warn,
  }
  return {
    jobs,
    ports,
    plan: () => now.plan,
    async go(hour: number) {
      now = { hour, plan: await planAt(hour, now.plan) }
      await replanJobs(ports)
    },
  }
}

/** Of the plan in force: what its replicas in a region could do beside their traffic now, and their GPUs. */
function leftBy({ assignments }: Plan, region: string) {
  const here = assignments.filter((one) => one.window === 0 && one.region === region)
  const replicas = here.reduce((sum, one) => sum + one.replicas, 0)
  const traffic = here.reduce((sum, one) => sum + one.tokensPerSecond, 0)
  return {
    tokensPerSecond: replicas * smallPoint.capacityTokensPerSecond - traffic,
    gpus: replicas * smallPoint.gpusPerReplica,
  }
}

/** Runs a job as planned, planned anew every hour beside a new interactive plan, and reports it. */
async function play({ jobs, ports, plan, go }: Awaited<ReturnType<typeof day>>, tokens: number) {
  const request = { id: 'night', model: 'llama', tokens, reported: true, deadlineMs: at(24) }
  for await (const answer of submitJobs(ports, [request])) {
    expect(answer).toMatchObject({ status: 'feasible', placement: { safe: true } })
  }
  const did = { warm: new Array<number>(24).fill(0), own: new Array<number>(24).fill(0) }
  let left = tokens
  for (let hour = 0; left > 0; hour++) {
    await go(hour)
    const { placement, job } = (await jobs.get('night'))!
    const { warm = 0, own, gpus = 0, hours } = doneIn(placement!, job, hour)
    const beside = leftBy(plan(), placement!.region.split('/')[0]!)
    // Neither the slack that traffic needs nor its GPUs are touched.
    expect(warm / 3600).toBeLessThanOrEqual(Math.max(0, beside.tokensPerSecond))
    expect(gpus + beside.gpus).toBeLessThanOrEqual(POOL_GPUS)
    did.warm[hour] = warm * hours
    did.own[hour] = own * hours
    // Whoever counts tokens counts whole ones.
    left = Math.max(0, Math.round(left - did.warm[hour]! - did.own[hour]!))
    await jobs.report('night', left, at(hour + 1) - 1)
  }
  await go(24)
  const { state, report } = (await jobs.get('night'))!
  expect(state).toBe('done')
  return { did, report: report! }
}

/** Tokens an hour, and for how long, that a placement does from the beginning of an hour on. */
function doneIn({ pieces }: Placement, job: BatchJob, hour: number) {
  const piece = pieces.find(({ startMs, endMs }) => startMs <= at(hour) && at(hour) < endMs)
  if (!piece) return { own: 0, hours: 0 }
  const { workPerHour: own, gpus } = ownLevel(job, piece)
  const hours = (Math.min(piece.endMs, at(hour + 1)) - at(hour)) / HOUR_MS
  return { warm: piece.warm?.workPerHour, own, gpus, hours }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
/** Of one token where nothing but the slope of power is paid, PUE left out. */
const MARGINAL_JOULES =
  (smallPoint.busyWatts - smallPoint.idleWatts) / smallPoint.capacityTokensPerSecond

it('does on warm replicas alone what fits there, at the slope of their power', async () => {
  const tokens = 400_000
  const { did, report } = await play(await day(() => 110), tokens)
  expect(sum(did.own)).toBe(0)
  expect(sum(did.warm)).toBeCloseTo(tokens, 0)
  const itKwh = (tokens * MARGINAL_JOULES) / 3.6e6
  expect(report.used.energyKwh / itKwh).toBeGreaterThan(0.999)
  expect(report.used.energyKwh / itKwh).toBeLessThan(1.3)
  expect(report.used.carbonG).toBeLessThan(report.perfect.carbonG)
})

it('takes GPUs of its own beside them, and instead once traffic needs the warm ones', async () => {
  const busyFrom = 4
  const { did, report } = await play(await day((hour) => (hour < busyFrom ? 110 : 164)), 6_000_000)
  // In the first hour the replicas are only starting.
  expect(did.warm.slice(1, busyFrom).every((tokens) => tokens > 200_000)).toBe(true)
  expect(sum(did.warm.slice(busyFrom))).toBe(0)
  expect(sum(did.own.slice(busyFrom))).toBeGreaterThan(1_000_000)
  expect(report.used.carbonG).toBeLessThan(report.runNow.carbonG)
})
