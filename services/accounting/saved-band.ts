/** What was emitted. */
export interface Emitted {
  readonly energyKwh: number
  readonly carbonG: number
  /** 10 and 90 % quantile of `carbonG`; absent where it was settled before they were kept. */
  readonly carbonLowG?: number | undefined
  readonly carbonHighG?: number | undefined
}

/** 10 and 90 % quantile of what was saved, gCO2e. */
export interface SavedBand {
  readonly savedLowG: number
  readonly savedHighG: number
}

/**
 * How far to believe what was saved. The errors of both sides are taken to be independent, so their
 * half-widths add in quadrature. In truth they share grids and models and partly cancel: the band
 * is on the wide side.
 *
 * @returns undefined where either side is known without quantiles
 */
export function savedBand(planned: Emitted, baseline: Emitted): SavedBand | undefined {
  const [ours, theirs] = [halfWidths(planned), halfWidths(baseline)]
  if (!ours || !theirs) return undefined
  const savedG = baseline.carbonG - planned.carbonG
  return {
    savedLowG: savedG - Math.hypot(ours.upG, theirs.downG),
    savedHighG: savedG + Math.hypot(ours.downG, theirs.upG),
  }
}

function halfWidths({ carbonG, carbonLowG, carbonHighG }: Emitted) {
  if (carbonLowG === undefined || carbonHighG === undefined) return undefined
  return { downG: carbonG - carbonLowG, upG: carbonHighG - carbonG }
}
