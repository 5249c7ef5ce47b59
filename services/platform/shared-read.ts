/**
 * One read for all who ask within `forMs` of its start: a poll by a thousand askers costs one look.
 * A read that fails is not kept.
 */
export function sharedRead<Value>(
  read: () => Promise<Value>,
  { forMs, nowMs }: { readonly forMs: number; readonly nowMs: () => number },
): () => Promise<Value> {
  let last: { readonly sinceMs: number; readonly value: Promise<Value> } | undefined
  return () => {
    const ageMs = last ? nowMs() - last.sinceMs : Number.POSITIVE_INFINITY
    if (last && ageMs >= 0 && ageMs < forMs) return last.value // below 0: our clock was set back
    const mine = { sinceMs: nowMs(), value: read() }
    last = mine
    mine.value.catch(() => {
      if (last === mine) last = undefined
    })
    return mine.value
  }
}
