/** Whole hours that are played. */
export interface PlayedSpan {
  readonly fromMs: number
  readonly toMs: number
  /** Also how the next days looked at each hour, for deferrable work. */
  readonly outlook?: boolean
}
