import type { StoredPlan } from '../../plans/index.ts'
import type { PlanReader } from '../ports.ts'
import { planTag, planText } from './plan-text.ts'

/** A plan as it goes over the wire, made once and sent as often as anybody asks. */
export interface ServedPlan {
  readonly version: number
  readonly tag: string
  /** JSON. */
  readonly body: Buffer
}

const served = (stored: StoredPlan): ServedPlan => ({
  version: stored.version,
  tag: planTag(stored),
  body: Buffer.from(planText(stored)),
})

/** The plan in force; the same object again as long as it is the same plan. */
export async function readServed(
  plans: PlanReader,
  last: ServedPlan | undefined,
): Promise<ServedPlan | undefined> {
  if (last && (await plans.currentVersion()) === last.version) return last
  const stored = await plans.current()
  return stored && served(stored)
}
