import { describe, expect, it } from 'vitest'
import { admitJob, capacityLedger, reportJob } from '../../services/batch/index.ts'
import { asMap, at, cleanAt, HOUR_MS, job, outlook, T0_MS } from './jobs.ts'

const grid = outlook(cleanAt(10), { usdPerGpuHour: 2 })
const options = { nowMs: T0_MS, outlooks: asMap(grid) }

describe('admission', () => {
  it('says yes, and when', () => {
    const answer = admitJob(job(), options)
    expect(answer).toMatchObject({
      status: 'feasible',
      placement: { pieces: [{ startMs: at(10) }] },
    })
  })

  it.each([true, false])(
    'names the earliest deadline it could promise (interruptible: %s)',
    (interruptible) => {
      const long = job({ interruptible, work: 20, slowestRatio: 0.5, startHours: 0.25 })
      const answer = admitJob(long, options)
      expect(answer).toMatchObject({ status: 'infeasible', limit: 'deadline' })
      const { earliestDeadlineMs } = answer as { earliestDeadlineMs: number }
      expect(earliestDeadlineMs).toBeGreaterThanOrEqual(at(40.25))
      expect(earliestDeadlineMs).toBeLessThanOrEqual(at(40.25) + 1_000)
      const deadline = { kind: 'hard', atMs: earliestDeadlineMs } as const
      expect(admitJob({ ...long, deadline }, options).status).toBe('feasible')
    },
  )

  it.each([true, false])('says when others are in the way (interruptible: %s)', (interruptible) => {
    const ledger = capacityLedger([grid], (_, window) => (window < 30 ? 0 : 1), 96 * HOUR_MS)
    expect(admitJob(job({ interruptible }), { ...options, ledger })).toMatchObject({
      status: 'infeasible',
      limit: 'capacity',
      earliestDeadlineMs: at(34) + 1_000,
    })
    const never = capacityLedger([grid], () => 0, 96 * HOUR_MS)
    const answer = admitJob(job({ interruptible }), { ...options, ledger: never })
    expect(answer).not.toHaveProperty('earliestDeadlineMs')
    expect(answer).toMatchObject({ words: /nothing is free within two weeks/ as never })
  })

  it('counts from how far a job has come, and leaves it where it began', () => {
    const there = outlook(cleanAt(10), { region: 'there' })
    const both = { nowMs: at(20), outlooks: asMap(grid, there) }
    const begun = job({ interruptible: true, work: 20, regions: ['here', 'there'] })
    expect(admitJob(begun, both).status).toBe('infeasible')
    const nearlyDone = { workLeft: 3, region: 'here' }
    expect(admitJob(begun, both, nearlyDone)).toMatchObject({
      status: 'feasible',
      placement: { region: 'here' },
    })
    const tooMuch = admitJob(begun, both, { workLeft: 5, region: 'here' })
    expect(tooMuch).toMatchObject({ limit: 'deadline', earliestDeadlineMs: at(25) + 1_000 })
  })

  it('says when money is what is missing', () => {
    expect(admitJob(job({ budgetUsd: 3 }), options)).toMatchObject({ limit: 'budget' })
    const late = job({ budgetUsd: 3, work: 30 })
    expect(admitJob(late, options)).toMatchObject({ limit: 'deadline' })
  })

  it.each([
    [{ deadline: { kind: 'hard', atMs: at(-1) } }, 'its deadline is past'],
    [{ earliestStartMs: at(25) }, 'it may not start before its deadline'],
    [{ work: 30 }, 'it takes longer at the slowest throughput, even alone'],
  ] as const)('says why it is too late: %j', (change, words) => {
    const answer = admitJob(job(change), options) as { words: string }
    expect(answer).toMatchObject({ limit: 'deadline' })
    expect(answer.words).toMatch(words)
  })

  it('takes a soft job that will be late', () => {
    const soft = job({ work: 30, deadline: { kind: 'soft', atMs: at(24), lateGPerHour: 5 } })
    expect(admitJob(soft, options).status).toBe('feasible')
  })
})

describe('the report of an ended job', () => {
  const ran = (startMs: number) => ({
    region: 'here',
    pieces: [{ startMs, endMs: startMs + 4 * HOUR_MS, level: 0 }],
  })

  it('compares what was used with running at once and with the best there was', () => {
    const report = reportJob(job({ slowestRatio: 0.4 }), ran(at(9)), asMap(grid))
    expect(report.used).toMatchObject({ carbonG: 800, energyKwh: 4, costUsd: 8 })
    expect(report.runNow.carbonG).toBe(2000)
    expect(report.perfect.carbonG).toBe(400)
    expect(report.savedRatio).toBeCloseTo(0.6)
    expect(report.capturedRatio).toBeCloseTo(0.75)
  })

  it('has nothing to capture where no hour was better, and divides by nothing', () => {
    expect(reportJob(job(), ran(T0_MS), asMap(outlook([300])))).not.toHaveProperty('capturedRatio')
    expect(reportJob(job(), ran(T0_MS), asMap(outlook([0]))).savedRatio).toBe(0)
  })

  it('takes running at once for the best of a job that could not be done in money', () => {
    const broke = job({ budgetUsd: 1 })
    const report = reportJob(broke, ran(T0_MS), asMap(grid))
    expect(report.perfect.carbonG).toBe(report.runNow.carbonG)
  })
})
