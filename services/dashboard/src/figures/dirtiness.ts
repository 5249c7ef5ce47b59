/** About the dirtiest grid there is; brighter colours beyond it would say nothing. */
const DIRTIEST_G_PER_KWH = 800

/** Where an intensity lies between clean (0) and dirty (1), for colours. */
export const dirtinessOf = (carbonGPerKwh: number): number =>
  Math.min(1, (Math.max(0, carbonGPerKwh) / DIRTIEST_G_PER_KWH) ** 0.7)
