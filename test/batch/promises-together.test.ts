import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  admitJob,
  advance,
  type BatchJob,
  capacityLedger,
  holdGpus,
  type QueuedJob,
  scheduleJobs,
  untouched,
} from '../../services/batch/index.ts'
import { asMap, at, ELASTIC, HOUR_MS, job, outlook } from './jobs.ts'

const GPUS = 3
const HOURS = 24
const kinds = fc.array(
  fc.record({
    work: fc.double({ min: 0.5, max: 8, noNaN: true }),
    interruptible: fc.boolean(),
    elastic: fc.boolean(),
    untilHours: fc.constantFrom(12, 24, 24, 24, 30),
  }),
  { minLength: 1, maxLength: 24 },
)
const carbon = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: HOURS, maxLength: HOURS })
type Kind = typeof kinds extends fc.Arbitrary<infer Kinds> ? Kinds : never

const jobOf = ({ elastic, untilHours, ...rest }: Kind[number], index: number): BatchJob =>
  job({
    ...rest,
    id: String(index),
    slowestRatio: 0.5,
    startHours: 0.1,
    ...(elastic && { levels: ELASTIC.slice(0, 2) }),
    deadline: { kind: 'hard', atMs: at(untilHours) },
  })

const inputsAt = (hour: number, values: readonly number[]) => {
  const grid = outlook(values)
  const ledger = capacityLedger([grid], () => GPUS, 72 * HOUR_MS)
  return { nowMs: at(hour), outlooks: asMap(grid), ledger }
}

/** Jobs handed in one after the other, as the service does: those promised, and the ledger after. */
function handIn(jobs: readonly BatchJob[], values: readonly number[]) {
  const inputs = inputsAt(0, values)
  const promised: QueuedJob[] = []
  for (const one of jobs) {
    const answer = admitJob(one, inputs)
    if (answer.status === 'feasible') {
      holdGpus(one, answer.placement, inputs)
      promised.push({ job: one, progress: untouched(one), placement: answer.placement })
    } else if (answer.earliestDeadlineMs !== undefined) {
      expect(answer.earliestDeadlineMs).toBeGreaterThan(one.deadline.atMs)
    }
  }
  return { promised, ledger: inputs.ledger }
}

describe('jobs promised one after the other', () => {
  it('are as many as there is time for at the slowest throughput, whoever has the same deadline', () => {
    const same = Array.from({ length: 40 }, (_, index) =>
      jobOf({ work: 2, interruptible: true, elastic: false, untilHours: HOURS }, index),
    )
    const { promised } = handIn(same, new Array(HOURS).fill(100))
    // 3 GPUs for 24 h; each may need 4.1 h, which is 5 windows where they are not shared.
    expect(promised.length).toBeGreaterThanOrEqual(12)
  })

  it('hold no more GPUs than there are, and are never offered a deadline that they have', () => {
    fc.assert(
      fc.property(kinds, carbon, (all, values) => {
        const { ledger } = handIn(all.map(jobOf), values)
        for (let hour = 0; hour < 72; hour++) {
          expect(ledger.free('here', at(hour), at(hour + 1))).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('keep their deadlines though every hour is as slow as it may be', () => {
    fc.assert(
      fc.property(kinds, carbon, (all, values) => {
        const jobs = all.map((kind, index) => ({ ...jobOf(kind, index), startHours: 0 }))
        expect(lateAtSlowest(handIn(jobs, values).promised, values)).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('are seldom late where every start costs besides, and GPUs are short all the time', () => {
    let late = 0
    let count = 0
    fc.assert(
      fc.property(kinds, carbon, (all, values) => {
        const { promised } = handIn(all.map(jobOf), values)
        count += promised.length
        late += lateAtSlowest(promised, values)
      }),
      { numRuns: 300, seed: 1 },
    )
    expect(count).toBeGreaterThan(1000)
    expect(late / count).toBeLessThan(0.005)
  })
})

/** How many end after their deadline, planned anew every hour and half as fast as expected. */
function lateAtSlowest(jobs: readonly QueuedJob[], values: readonly number[]): number {
  let open = jobs
  let late = 0
  for (let hour = 0; open.length > 0 && hour < 72; hour++) {
    const { placements } = scheduleJobs(open, inputsAt(hour, values))
    open = open.flatMap(({ job: one, progress }) => {
      const placement = placements.get(one.id)
      if (!placement) return [{ job: one, progress }]
      const slow = {
        ...one,
        levels: one.levels.map((level) => ({ ...level, workPerHour: level.workPerHour / 2 })),
      }
      const last = placement.pieces.at(-1)!
      const pieces = [
        ...placement.pieces.slice(0, -1),
        { ...last, endMs: Math.max(last.endMs, at(72)) },
      ]
      const next = advance(
        slow,
        progress,
        { ...placement, pieces },
        at(hour),
        at(hour + 1),
      ).progress
      return next.workLeft > 1e-6 ? [{ job: one, progress: next, placement }] : []
    })
    late += open.filter(({ job: one }) => one.deadline.atMs === at(hour + 1)).length
  }
  return late
}
