import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import type { Instance } from './instance.ts'
import type { LinearAnswer, LinearSolver } from './linear-solver.ts'
import { mostBatch } from './time-batch.ts'
import { type WindowModel, windowCosts, windowModel } from './window-model.ts'

/** A miss costs this many times the dearest service. */
const MISS_FACTOR = 20

/** The fractional optimum of one window after the other, each from the basis of the one before. */
export interface WindowRunner {
  readonly model: WindowModel
  /** @param workPrices by batch work: objective that a token of it earns */
  solve(t: number, workPrices: Float64Array): LinearAnswer
  /** tokens/s that even fractional replicas leave unserved. */
  misses(answer: LinearAnswer): number
  /** Frees the solver's memory. */
  close(): void
}

export function openWindows(instance: Instance, solver: LinearSolver): WindowRunner {
  const model = windowModel(instance)
  const opened = solver.open(model.linear)
  const costs = new Float64Array(model.linear.columnCount)
  const upper = model.linear.upper.slice()
  const rowLower = model.linear.rowLower.slice()
  const rowUpper = model.linear.rowUpper.slice()
  const missCost = MISS_FACTOR * dearestToken(instance)
  return {
    model,
    solve(t, workPrices) {
      windowCosts(instance, model, t, missCost, workPrices, costs)
      opened.setCosts(costs)
      setTraffic(instance, model, t, rowLower)
      for (const [m, row] of model.laneRows.entries()) {
        const { count } = model.lanes[m]!
        rowUpper.set(rowLower.subarray(row, row + count), row)
      }
      opened.setRowBounds(rowLower, rowUpper)
      for (const [j, { first, deadline }] of instance.batch.entries()) {
        upper[model.batch[j]!] = t >= first && t < deadline ? mostBatch(instance, j) : 0
      }
      opened.setUpper(upper)
      return opened.solve()
    },
    misses({ columnValues }) {
      let missing = 0
      for (const [m, { count }] of model.lanes.entries()) {
        for (let lane = 0; lane < count; lane++) {
          const value = columnValues[model.misses[m]! + lane]!
          if (value > 1e-6) missing += value
        }
      }
      return missing
    },
    close: () => opened.close(),
  }
}

function setTraffic(instance: Instance, model: WindowModel, t: number, rates: Float64Array): void {
  for (const [m, { sources }] of instance.models.entries()) {
    const { count, ofSource } = model.lanes[m]!
    rates.fill(0, model.laneRows[m]!, model.laneRows[m]! + count)
    for (const [s, { rate }] of sources.entries()) {
      rates[model.laneRows[m]! + ofSource[s]!]! += rate[t]!
    }
  }
}

function dearestToken(instance: Instance): number {
  let dearest = 1e-9
  for (const model of instance.models) {
    for (let b = 0; b < model.binCount; b++) {
      for (let t = 0; t < instance.windowCount; t++) {
        const replica = fixedCost(instance, model, t, b) + startCost(instance, model, t, b)
        dearest = Math.max(dearest, replica / model.capacity[b]! + tokenCost(instance, model, t, b))
      }
    }
  }
  return dearest
}
