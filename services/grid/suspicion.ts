/** Why a series, or some of its slots, may not be planned on. */
export type QuarantineReason =
  | 'absurd-level'
  | 'zeros'
  | 'unit-slip'
  | 'frozen'
  | 'stale'
  | 'from-the-future'
  | 'holes'

export interface Suspicion {
  readonly reason: QuarantineReason
  readonly detail: string
}

/** What is known of a zone without the series under judgement: recent values, or a climatology. */
export interface Reference {
  readonly lowestG: number
  readonly medianG: number
  readonly highestG: number
  /** The last trusted measurement, for the seam between it and a forecast. */
  readonly last?: { readonly endMs: number; readonly carbonGPerKwh: number } | undefined
}

/** Below this a grid counts as one that may emit exactly nothing. */
export const NEVER_CLEAN_G = 5
