import type { BatchJob } from '../../../batch/index.ts'
import type { DeferrablePolicy } from '../policy.ts'
import { leastSum, lengthMs, type Slot, slotsOf } from '../slots.ts'

const HOUR_MS = 3_600_000
const LEAST_WORK = 1e-9

/** Marginal work per marginal carbon of every slot and scale, best first, until the work is done. */
export const carbonScaler: DeferrablePolicy = {
  id: 'carbon-scaler',
  title: 'CarbonScaler: more GPUs where a gram does most work, until the work is done',
  source:
    'CarbonScaler, POMACS 2023, arXiv 2302.08681; github.com/umassos/CarbonScaler, carbon_scaler.go',
  place(job, forecast) {
    if (!job.interruptible) return leastSum(job, forecast, lengthMs(job))
    const slots = slotsOf(job, forecast)
    const levels = scaleSlots(job, slots)
    return slots.flatMap(({ startMs, endMs }, slot) =>
      levels[slot]! < 0 ? [] : [{ startMs, endMs, level: levels[slot]! }],
    )
  },
}

/** @returns level of each slot; -1: the job does not run */
function scaleSlots(job: BatchJob, slots: readonly Slot[]): readonly number[] {
  const levels = slots.map(() => -1)
  const open = marginalSteps(job, slots)
  let left = job.work
  while (left > LEAST_WORK) {
    const at = open.findIndex(({ slot, level }) => level === levels[slot]! + 1)
    if (at < 0) break
    const [{ slot, level, work }] = open.splice(at, 1) as [(typeof open)[number]]
    levels[slot] = level
    left -= (work * (slots[slot]!.endMs - slots[slot]!.startMs)) / HOUR_MS
  }
  return levels
}

/** Every slot and level by work per gram of the step up to it, best first. */
function marginalSteps({ levels }: BatchJob, slots: readonly Slot[]) {
  const steps = slots.flatMap(({ carbonG }, slot) =>
    levels.map(({ workPerHour, kilowatts }, level) => {
      const below = levels[level - 1]
      const work = workPerHour - (below?.workPerHour ?? 0)
      const power = kilowatts - (below?.kilowatts ?? 0)
      return { slot, level, work, worth: work / (power * Math.max(carbonG, 1e-9)) }
    }),
  )
  return steps.sort((a, b) => b.worth - a.worth || a.slot - b.slot || a.level - b.level)
}
