import type { CarbonSeries } from '../../domain/carbon-series.ts'
import type { ForecastArchive, SeriesStore, StoredSeries } from '../port.ts'

interface Lease {
  readonly untilMs: number
  readonly failure?: string
}

/** Last good answers of one process, for commands and tests. */
export function memorySeriesStore(): SeriesStore {
  const answers = new Map<string, StoredSeries>()
  const leases = new Map<string, Lease>()
  return {
    async claim(key, { nowMs, leaseMs }) {
      const held = answers.get(key)
      if (held && held.freshUntilMs > nowMs) return { held, mine: false }
      const lease = leases.get(key)
      if (lease && lease.untilMs > nowMs) {
        const { failure } = lease
        return { held, mine: false, ...(failure !== undefined && { failure }) }
      }
      leases.set(key, { untilMs: nowMs + leaseMs })
      return { held, mine: true }
    },
    async write(key, stored) {
      answers.set(key, stored)
      leases.delete(key)
    },
    async release(key, failure, untilMs) {
      leases.set(key, { untilMs, failure })
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
    async newest(query) {
      return (await this.read(query)).at(-1)
    },
    async prune(beforeMs) {
      const old = [...issues].filter(([, { issuedAtMs }]) => issuedAtMs < beforeMs)
      for (const [key] of old) issues.delete(key)
      return old.length
    },
  }
}
