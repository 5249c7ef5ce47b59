import { appendEvents, type Endpoint, outboxRelay } from '../../services/notification/index.ts'
import { applyPlan } from '../../services/pipeline/apply-plan.ts'
import { type CarryShiftPorts, carryShift } from '../../services/pipeline/carry-shift.ts'
import { lookAtFleet } from '../../services/pipeline/look-at-fleet.ts'
import { type MergePlanPorts, mergePlan } from '../../services/pipeline/merge-plan.ts'
import { resumeShifts } from '../../services/pipeline/resume-shifts.ts'
import { steeredTargets } from '../../services/pipeline/steered-targets.ts'
import type { Plan } from '../../services/planning/index.ts'
import type { Database } from '../../services/platform/database/database.ts'
import type { AnyJobRequest } from '../../services/queue/index.ts'
import { openStores } from '../../services/wiring/state.ts'
import { planIn } from './acting-world.ts'
import { BEGIN_MS, type LastingWorld, lastingWorld } from './lasting-world.ts'
import { Crash, type Mortal, mortal, mortalDatabase } from './mortal.ts'
import { smallFleet, smallPoint } from './small-fleet.ts'

const DAY_MS = 86_400_000
/** Longer than any lease of a process that died. */
const NOTICED_MS = 61_000
const fleet = smallFleet('policy: { minDwellMinutes: 0 }')
const points = new Map([['llama', [smallPoint]]])
const subscriber: Endpoint = {
  id: 'ops',
  url: 'https://example.com/',
  secrets: [],
  events: ['plan.changed', 'action.failed', 'shift.ended'],
  format: 'plain',
  allow: [],
}

/** A plan that serves in one region, then one that serves in the other. */
const PLANS: readonly Plan[] = [planIn('eu-north', [2, 2]), planIn('eu-central', [3, 3])]

/** What a story writes to; attempts go with their deliveries. */
const TABLES = [
  'plan',
  'plan_head',
  'outbox_event',
  'endpoint_circuit',
  'actuation_target',
  'actuation_shift',
  'actuation_known_good',
]

/** What can be seen once all is done: the same however often it was interrupted. */
export interface StoryEnd {
  readonly currentVersion: number | undefined
  readonly running: Readonly<Record<string, number>>
  /** What targets were told, in order. */
  readonly told: readonly string[]
  /** What the subscriber was told, in the order in which it first was. */
  readonly events: readonly string[]
  readonly undelivered: number
  readonly unfinishedShifts: number
}

/**
 * Two plans, one after the other, from their merge to targets and webhooks, by the steps that
 * workers run over the stores that they use, in a process that may die before and after every call
 * to the outside, any number of times.
 *
 * Left out, since another test kills real processes for it: the queue's own bookkeeping.
 *
 * @param db one tenant's rows of it are emptied first; stories of other tenants may run beside it
 * @param crashes at which call the first process dies, the second, and so on; the last one lives
 */
export async function crashStory(db: Database, tenant: string, crashes: readonly number[]) {
  for (const table of TABLES) await db.query(`delete from ${table} where tenant = $1`, [tenant])
  const world = lastingWorld()
  let crash = 0
  const life = () => mortal(crashes[crash] ?? Number.POSITIVE_INFINITY)
  let process = life()
  for (let version = 0; version < PLANS.length; version++) {
    world.enqueue({ name: 'merge-plan', payload: { revision: String(version) }, id: `m${version}` })
    for (;;) {
      try {
        await live(process, world, db, tenant)
        break
      } catch (error) {
        if (!(error instanceof Crash)) throw error
        await process.calm()
        crash += 1
        process = life()
        world.state.nowMs += NOTICED_MS
      }
    }
  }
  const end = await endOf(world, openStores(db, tenant), db, tenant)
  return { crashed: crash, points: process.points(), received: world.received.length, end }
}

/** What workers do until nothing is left to do, begun with what the clock makes them do. */
async function live(process: Mortal, world: LastingWorld, db: Database, tenant: string) {
  const steps = stepsOf(process, world, mortalDatabase(db, process), tenant)
  await steps.beat()
  for (let job = world.nextJob(); job; job = world.nextJob()) {
    await steps.run(job)
    world.done(job)
  }
  await steps.beat()
}

function stepsOf(process: Mortal, world: LastingWorld, db: Database, tenant: string) {
  const stores = openStores(db, tenant)
  const nowMs = () => world.state.nowMs
  const queue = world.queue(process)
  const backend = world.backend(process, stores)
  const ports: CarryShiftPorts = {
    plans: stores.plans,
    fleet: async () => fleet,
    targets: async (_fleet, plan) =>
      steeredTargets(fleet, plan, points, new Set((await stores.toldTargets.all()).keys())),
    backend: () => backend,
    changedAtMs: async () => ({}),
    serving: async () => ({}),
    audit: stores.audit,
    shifts: stores.shifts,
    knownGood: stores.knownGood,
    memory: stores.targetMemory,
    leases: world.leases(process),
    lookNow: async () => {
      const stored = await stores.plans.current()
      if (stored?.outcome.status !== 'planned') return undefined
      return lookAtFleet(ports, stored.outcome.plan)
    },
    sleep: world.pass,
    tell: (events) => db.transaction((tx) => appendEvents(tx, tenant, events)),
    queue,
    stopped: async () => undefined,
    nowMs,
    actor: 'story',
  }
  const relay = outboxRelay({
    outbox: stores.outbox,
    endpoints: [subscriber],
    random: () => 0.5,
    nowMs,
    notifier: { send: (_endpoint, event) => world.receive(process, event) },
  })
  const merging = (version: number): MergePlanPorts =>
    ({
      plans: stores.plans,
      solves: solveOf(version),
      merge: async () => ({ outcome: { status: 'planned', plan: PLANS[version]! } }),
      violations: () => [],
      observe: () => undefined,
      queue,
      nowMs,
      validForMs: async () => DAY_MS,
      needsApproval: async () => false,
    }) as Partial<MergePlanPorts> as MergePlanPorts

  return {
    async beat() {
      await resumeShifts(ports)
      await relay()
    },
    async run(job: AnyJobRequest): Promise<unknown> {
      switch (job.name) {
        case 'merge-plan':
          return mergePlan(merging(Number(job.payload.revision)), job.payload)
        case 'apply-plan':
          return applyPlan(ports, job.payload)
        case 'carry-shift':
          return carryShift(ports, job.payload)
        case 'notify-change':
          return relay()
        default:
          throw new Error(`nobody in this story does ${job.name}`)
      }
    },
  }
}

/** A solve that has come to its end: what is merged is told. */
const solveOf = (version: number) =>
  ({
    frame: async () => ({
      problem: { regions: fleet.regions },
      fleetHash: 'f',
      problemDigest: String(version),
      followsVersion: version,
      framedAtMs: BEGIN_MS,
      zones: [],
    }),
    blocks: async () => [],
    solutions: async () => [],
  }) as unknown as MergePlanPorts['solves']

async function endOf(
  { running, told, received }: LastingWorld,
  stores: ReturnType<typeof openStores>,
  db: Database,
  tenant: string,
): Promise<StoryEnd> {
  const current = await stores.plans.current()
  const [open] = await db.query<{ deliveries: number }>(
    `select count(*)::int as deliveries from delivery where tenant = $1 and status <> 'delivered'`,
    [tenant],
  )
  return {
    currentVersion: current?.version,
    running: Object.fromEntries(running),
    told: told.map(({ targetId, replicas, fence }) => `${targetId} ${replicas} by ${fence}`),
    events: [...new Map(received.map((event) => [event.id, event.type])).values()],
    undelivered: open!.deliveries,
    unfinishedShifts: (await stores.shifts.unfinished()).length,
  }
}
