import type { Instance } from './instance.ts'
import type { LinearSolver } from './linear-solver.ts'
import type { Priced } from './prices.ts'
export function windowPrices(_instance: Instance, _solver: LinearSolver): Priced | undefined {
  return undefined
}
