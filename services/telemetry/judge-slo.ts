import type { Serving } from './read-serving.ts'

export interface SloTarget {
  readonly ttftP95Seconds: number
  readonly tpotP95Seconds: number
}

/**
 * Are the promises kept? One that is missed is enough to say no; yes needs at least one that is
 * known, and none that is missed; anything else is unknown. Beyond the last bucket is missed.
 */
export function judgeSlo(serving: Serving, target: SloTarget): 'ok' | 'burning' | 'unknown' {
  const { ttftP95Seconds, tpotP95Seconds } = serving
  const pairs = [
    [ttftP95Seconds, target.ttftP95Seconds],
    [tpotP95Seconds, target.tpotP95Seconds],
  ] as const
  const known = pairs.filter(([seen]) => seen !== undefined)
  if (known.some(([seen, most]) => seen! > most)) return 'burning'
  return known.length > 0 ? 'ok' : 'unknown'
}
