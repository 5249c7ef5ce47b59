import type { CarbonSeries } from '../../domain/carbon-series.ts'
import type { ForecastArchive, SeriesStore, StoredSeries } from '../port.ts'

/** Last good answers of one process, for commands and tests. */
export function memorySeriesStore(): SeriesStore {
  const held = new Map<string, StoredSeries>()
  const leases = new Map<string, number>()
  return {
    async claim(key, { nowMs, freshForMs, leaseMs }) {
      const found = held.get(key)
      const fresh = found !== undefined && nowMs - found.fetchedAtMs < freshForMs
      const mine = !fresh && (leases.get(key) ?? 0) <= nowMs
      if (mine) leases.set(key, nowMs + leaseMs)
      return { held: found, mine }
    },
    async write(key, stored) {
      held.set(key, stored)
      leases.delete(key)
    },
    async release(key) {
      leases.delete(key)
    },
  }
}

/** Issues of one process, for commands and tests. */
export function memoryArchive(): ForecastArchive {
  const issues = new Map<string, CarbonSeries>()
  const keyOf = ({ source, zone, signal, basis, issuedAtMs }: CarbonSeries) =>
    [source, zone, signal, basis, issuedAtMs].join('|')
  return {
    async append(series) {
      const key = keyOf(series)
      if (issues.has(key)) return false
      issues.set(key, series)
      return true
    },
    async read({ source, zone, signal, basis, fromMs, toMs, everyMs = 1 }) {
      const found = [...issues.values()]
        .filter((issue) => issue.source === source && issue.zone === zone)
        .filter((issue) => issue.signal === signal && issue.basis === basis)
        .filter(({ issuedAtMs }) => issuedAtMs >= fromMs && issuedAtMs < toMs)
        .sort((a, b) => a.issuedAtMs - b.issuedAtMs)
      const spanOf = ({ issuedAtMs }: CarbonSeries) => Math.floor((issuedAtMs - fromMs) / everyMs)
      return found.filter((issue, index) => {
        const before = found[index - 1]
        return before === undefined || spanOf(before) !== spanOf(issue)
      })
    },
    async prune(beforeMs) {
      const old = [...issues].filter(([, { issuedAtMs }]) => issuedAtMs < beforeMs)
      for (const [key] of old) issues.delete(key)
      return old.length
    },
  }
}
