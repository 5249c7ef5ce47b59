import type { FieldIssue } from '../domain/errors.ts'
import type { KnownNames } from './known-names.ts'
import type { Fleet } from './schema/fleet.ts'

/** One kind of mistake that a schema cannot see. */
export interface MeaningCheck {
  /** Sections it reads: it can only run where they have the right shape. */
  readonly reads: readonly (keyof Fleet)[]
  readonly run: (fleet: Fleet, known: KnownNames) => Iterable<FieldIssue>
}
