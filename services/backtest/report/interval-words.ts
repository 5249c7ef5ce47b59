import type { Interval } from '../bootstrap.ts'

/** @returns e.g. `41.2 % to 43.0 %`; nothing where one block alone tells nothing of the spread */
export const intervalWords = ({ low, high }: Interval): string =>
  low === high ? '' : `${(100 * low).toFixed(1)} % to ${(100 * high).toFixed(1)} %`
