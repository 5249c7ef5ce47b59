import { createHash } from 'node:crypto'
import { type FieldIssue, InvalidInput } from '../domain/errors.ts'
import type { Desired, DesiredField } from './port.ts'

/** The fields that are named, in a fixed order. */
export const fieldsOf = (desired: Desired): readonly DesiredField[] =>
  (Object.keys(desired) as DesiredField[]).filter((field) => desired[field] !== undefined).sort()

/** One text per meaning: key order and absent fields do not matter. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** A version for targets that keep none: a digest of what they say of themselves. */
export const versionOf = (state: unknown): string =>
  createHash('sha256').update(canonical(state)).digest('hex').slice(0, 16)

/** The fields of `wanted` that `current` does not already have. */
export function differingFields(wanted: Desired, current: Desired): readonly DesiredField[] {
  return fieldsOf(wanted).filter((field) => canonical(wanted[field]) !== canonical(current[field]))
}

/** Only the named fields of a state: what a before-image of `fields` is. */
export function pick(state: Desired, fields: readonly DesiredField[]): Desired {
  return Object.fromEntries(
    fields.filter((field) => state[field] !== undefined).map((field) => [field, state[field]]),
  )
}

/**
 * Refuses values that no backend may be sent.
 *
 * @throws InvalidInput naming each field
 */
export function assertDesired(desired: Desired): void {
  const fields = fieldsOf(desired)
  const issues: readonly FieldIssue[] = fields
    .filter((field) => !RULES[field].holds(desired[field] as never))
    .map((field) => ({ path: `/${field}`, message: RULES[field].needs }))
  const [first = fields.length === 0 && { path: '/', message: 'asks for nothing' }] = issues
  if (first) throw new InvalidInput(`desired state: ${first.path} ${first.message}`, issues)
}

const isBand = ({ min, max }: { min: number; max: number }, least: number): boolean =>
  Number.isInteger(min) && Number.isInteger(max) && min >= least && min <= max

const sumsTo100 = (shares: readonly number[]): boolean =>
  shares.every((share) => Number.isInteger(share) && share >= 0) &&
  shares.reduce((sum, share) => sum + share, 0) === 100

const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0

type Rules = {
  readonly [F in DesiredField]: {
    readonly needs: string
    readonly holds: (value: NonNullable<Desired[F]>) => boolean
  }
}
const RULES: Rules = {
  replicas: { needs: 'needs integers, 0 <= min <= max', holds: (band) => isBand(band, 0) },
  parallelism: {
    needs: 'needs positive integers',
    holds: (sizes) => Object.values(sizes).every((size) => Number.isInteger(size) && size > 0),
  },
  weightsPercent: {
    needs: 'needs integers from 0 to 100 that sum to 100',
    holds: (weights) => sumsTo100(Object.values(weights)),
  },
  powerCapWatts: {
    needs: 'needs a positive number of watts',
    holds: (cap) => cap === 'default' || isPositive(cap),
  },
  smClockMhz: {
    needs: 'needs integers, 1 <= min <= max',
    holds: (clock) => clock === 'default' || isBand(clock, 1),
  },
  engine: { needs: 'needs an engine state', holds: () => true },
}
