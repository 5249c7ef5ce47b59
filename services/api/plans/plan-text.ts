import type { FastifyReply } from 'fastify'
import type { StoredPlan } from '../../plans/index.ts'

/** A plan as it was read never changes, so its JSON is made once. */
const texts = new WeakMap<StoredPlan, string>()

/** What is served is named field by field: a field added to the store is not published by itself. */
export function planText(stored: StoredPlan): string {
  const known = texts.get(stored)
  if (known !== undefined) return known
  const { version, createdAtMs, validUntilMs, fleetHash, problemDigest } = stored
  const { approval, decided, outcome, inputs } = stored
  const head = { version, createdAtMs, validUntilMs, fleetHash, problemDigest, approval, decided }
  const text = JSON.stringify({ ...head, outcome, inputs })
  texts.set(stored, text)
  return text
}

/** Of all about a plan only whether it was approved can change. */
export function planTag({ version, approval }: StoredPlan): string {
  const acts = approval === 'automatic' || approval === 'approved'
  return acts ? `"plan-${version}"` : `"plan-${version}-${approval}"`
}

/** Answers with a plan, as the one type of answer that is not serialised by its schema. */
export const planReply = (reply: FastifyReply, stored: StoredPlan): never =>
  reply.header('etag', planTag(stored)).type('application/json').send(planText(stored)) as never
