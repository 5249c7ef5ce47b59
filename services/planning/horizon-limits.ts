import type { HorizonColumns } from './horizon-columns.ts'
import type { Instance } from './instance.ts'
import type { LinearModelBuilder } from './linear-model-builder.ts'
import type { ModelInstance } from './model-instance.ts'

/** Spare replicas, dwell, quiet windows and the limit on changed GPUs, where the problem has them. */
export function addChangeLimits(
  instance: Instance,
  builder: LinearModelBuilder,
  columns: HorizonColumns,
  whole: boolean,
): void {
  const { policy, running } = instance.problem
  // With nothing running yet, the first window is a beginning, not a change.
  const firstChange = running.length > 0 ? 0 : 1
  if (whole) addSpare(instance, builder, columns)
  if ((policy.minDwellWindows ?? 0) > 1) addDwell(instance, builder, columns)
  for (const t of policy.quietWindows ?? []) {
    if (t >= firstChange) addQuiet(instance, builder, columns, t)
  }
  const limit = policy.maxChangedGpusPerWindow
  if (limit !== undefined) addChanged(instance, builder, columns, firstChange, limit)
}

/** With the k largest replicas in use lost, the rest still carries the interactive traffic. */
function addSpare(instance: Instance, builder: LinearModelBuilder, columns: HorizonColumns) {
  for (const [m, model] of instance.models.entries()) {
    if (model.spareReplicas === 0) continue
    for (let t = 0; t < instance.windowCount; t++) {
      const largest = builder.column(0)
      const entries = [largest, -model.spareReplicas]
      for (let b = 0; b < model.binCount; b++) {
        const replicas = columns.replicas[m]! + t * model.binCount + b
        const most = Math.floor(instance.pools[model.pool[b]!]!.count / model.gpus[b]!)
        const used = builder.column(0, 1, true)
        builder.row(0, Infinity, [used, most, replicas, -1])
        builder.row(0, Infinity, [largest, 1, used, -model.capacity[b]!])
        entries.push(replicas, model.capacity[b]!)
      }
      const demand = model.sources.reduce((sum, { rate }) => sum + rate[t]!, 0)
      builder.row(demand, Infinity, entries)
    }
  }
}

function addDwell(instance: Instance, builder: LinearModelBuilder, columns: HorizonColumns) {
  const dwell = instance.problem.policy.minDwellWindows!
  for (const [m, model] of instance.models.entries()) {
    const B = model.binCount
    for (let i = 0; i < instance.windowCount * B; i++) {
      const entries = [columns.replicas[m]! + i, 1]
      for (let back = 0; back < dwell && i - back * B >= 0; back++) {
        entries.push(columns.starts[m]! + i - back * B, -1)
      }
      builder.row(0, Infinity, entries)
    }
  }
}

function addQuiet(
  instance: Instance,
  builder: LinearModelBuilder,
  columns: HorizonColumns,
  t: number,
) {
  for (const [m, model] of instance.models.entries()) {
    for (let b = 0; b < model.binCount; b++) {
      const at = columns.replicas[m]! + t * model.binCount + b
      if (t === 0) builder.row(model.running[b]!, model.running[b]!, [at, 1])
      else builder.row(0, 0, [at, 1, at - model.binCount, -1])
    }
  }
}

function addChanged(
  instance: Instance,
  builder: LinearModelBuilder,
  columns: HorizonColumns,
  firstChange: number,
  limit: number,
) {
  for (let t = firstChange; t < instance.windowCount; t++) {
    const changed = instance.models.flatMap((model, m) =>
      Array.from({ length: model.binCount }, (_, b) => {
        const stops = addStops(builder, columns.replicas[m]!, model, t, b)
        const starts = columns.starts[m]! + t * model.binCount + b
        return [starts, model.gpus[b]!, stops, model.gpus[b]!]
      }).flat(),
    )
    const stranded = t === 0 ? instance.strandedGpus : 0
    builder.row(-Infinity, limit - stranded, changed)
  }
}

/** @returns a column that is at least what bin `b` has less than in the window before */
function addStops(
  builder: LinearModelBuilder,
  firstReplicas: number,
  model: ModelInstance,
  t: number,
  b: number,
): number {
  const stops = builder.column(0)
  const replicas = firstReplicas + t * model.binCount + b
  if (t === 0) builder.row(model.running[b]!, Infinity, [stops, 1, replicas, 1])
  else builder.row(0, Infinity, [stops, 1, replicas, 1, replicas - model.binCount, -1])
  return stops
}
