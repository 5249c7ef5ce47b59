import type { Instance } from './instance.ts'
import type { ModelInstance } from './model-instance.ts'

/** Objective of one replica in bin `b` through window `t`, without load. */
export function fixedCost(instance: Instance, model: ModelInstance, t: number, b: number): number {
  const weight = instance.energyWeight[model.region[b]! * instance.windowCount + t]!
  return instance.hours[t]! * (weight * model.fixedKw[b]! + model.fixedMoney[b]!)
}

/** Objective of one token/s that bin `b` is ready for through window `t`, as far as it is expected to come. */
export function tokenCost(instance: Instance, model: ModelInstance, t: number, b: number): number {
  const weight = instance.energyWeight[model.region[b]! * instance.windowCount + t]!
  return instance.hours[t]! * weight * model.tokenKw[b]! * model.comingShare[t]!
}

/** Objective of starting one replica in bin `b` for window `t`. */
export function startCost(instance: Instance, model: ModelInstance, t: number, b: number): number {
  if (t === 0 && instance.problem.policy.freeFirstStarts === true) return 0
  return instance.energyWeight[model.region[b]! * instance.windowCount + t]! * model.startKwh[b]!
}
