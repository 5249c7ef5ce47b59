/** How long something took, told: of nothing at all only that. */
export function spread(tookMs: readonly number[]) {
  const sorted = tookMs.toSorted((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return { times: sorted.length, medianMs: at(0.5), p95Ms: at(0.95), slowestMs: sorted.at(-1) }
}
