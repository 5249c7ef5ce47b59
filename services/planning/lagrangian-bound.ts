import type { Instance } from './instance.ts'
import type { PricedFractions } from './prices.ts'
export function lagrangianBound(_instance: Instance, _prices: PricedFractions): number {
  return 0
}
