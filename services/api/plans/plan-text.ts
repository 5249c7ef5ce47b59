import type { StoredPlan } from '../../plans/index.ts'

/** A plan never changes once it has a version, so its JSON is made once. */
const texts = new WeakMap<StoredPlan, string>()

/** What is served is named field by field: a field added to the store is not published by itself. */
export function planText(stored: StoredPlan): string {
  const known = texts.get(stored)
  if (known !== undefined) return known
  const { version, createdAtMs, validUntilMs, fleetHash, problemDigest, outcome, inputs } = stored
  const head = { version, createdAtMs, validUntilMs, fleetHash, problemDigest }
  const text = JSON.stringify({ ...head, outcome, inputs })
  texts.set(stored, text)
  return text
}

export const planTag = (version: number): string => `"plan-${version}"`
