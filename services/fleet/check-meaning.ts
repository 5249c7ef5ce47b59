import type { FieldIssue } from '../domain/errors.ts'
import { checkIds } from './checks/check-ids.ts'
import { checkPromises } from './checks/check-promises.ts'
import { checkRanges } from './checks/check-ranges.ts'
import { checkReferences } from './checks/check-references.ts'
import { checkTimes } from './checks/check-times.ts'
import type { KnownNames } from './known-names.ts'
import type { MeaningCheck } from './meaning-check.ts'
import type { Fleet } from './schema/fleet.ts'

const CHECKS: readonly MeaningCheck[] = [
  ...checkIds,
  ...checkReferences,
  ...checkPromises,
  ...checkTimes,
  ...checkRanges,
]

/**
 * @param broken sections whose shape is wrong already
 * @returns every mistake in what the other sections mean
 */
export const checkMeaning = (
  fleet: Fleet,
  known: KnownNames,
  broken: ReadonlySet<string | undefined>,
): FieldIssue[] =>
  CHECKS.filter(({ reads }) => reads.every((section) => !broken.has(section))).flatMap(
    ({ run }) => [...run(fleet, known)],
  )
