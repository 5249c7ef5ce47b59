import { InvalidInput } from '../domain/errors.ts'
import type { Architecture } from './architecture.ts'

const BYTES_PER_LAYER_DENSE = 4096 // 8 key-value heads of 128, two tensors of 16 bit
const BYTES_PER_LAYER_MOE = 2048
const MOE_RATIO = 1.5
const USUAL_EXPERTS = 128
const USUAL_EXPERTS_PER_TOKEN = 8

/**
 * The shape a model of this size usually has: power laws through the open models of the catalogue
 * (layers within 30 %, hidden size within 25 % of all dense ones). Marked as estimated.
 *
 * @throws InvalidInput where the counts cannot be true
 */
export function estimateArchitecture(
  id: string,
  paramsTotalBillions: number,
  paramsActiveBillions: number = paramsTotalBillions,
): Architecture {
  if (!(paramsTotalBillions > 0 && paramsActiveBillions > 0)) {
    throw new InvalidInput(`${id}: parameter counts must be positive`)
  }
  if (paramsActiveBillions > paramsTotalBillions * 1.01) {
    throw new InvalidInput(`${id}: more active than total parameters`)
  }
  const common = {
    id,
    paramsTotalBillions,
    paramsActiveBillions,
    estimated: `layers, width and cache of ${id} are estimated from its parameter count`,
    source: 'power laws through the catalogue',
  }
  if (paramsTotalBillions > paramsActiveBillions * MOE_RATIO) {
    const layers = Math.round(25 * paramsTotalBillions ** 0.15)
    return {
      ...common,
      layers,
      hiddenSize: Math.round(1200 * paramsActiveBillions ** 0.45),
      kvBytesPerToken: BYTES_PER_LAYER_MOE * layers,
      experts: USUAL_EXPERTS,
      expertsPerToken: USUAL_EXPERTS_PER_TOKEN,
    }
  }
  const layers = Math.round(19 * paramsTotalBillions ** 0.31)
  return {
    ...common,
    layers,
    hiddenSize: Math.round(1900 * paramsTotalBillions ** 0.35),
    kvBytesPerToken: BYTES_PER_LAYER_DENSE * layers,
    experts: 0,
    expertsPerToken: 0,
  }
}
