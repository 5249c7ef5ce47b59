import { isDeepStrictEqual } from 'node:util'
import type { Piece } from '../../services/batch/index.ts'
import type { DeferredJob, DeferredJobStore, NumberedJob } from '../../services/deferred/index.ts'
import type { NewEvent } from '../../services/notification/index.ts'

/** What ran before, and what ran since: one piece where that only went on. */
function joined(before: readonly Piece[], since: readonly Piece[]): readonly Piece[] {
  const [last, next] = [before.at(-1), since[0]]
  if (!last || !next) return [...before, ...since]
  const whole = { ...last, endMs: next.endMs }
  return isDeepStrictEqual({ ...next, startMs: last.startMs }, whole) && last.endMs === next.startMs
    ? [...before.slice(0, -1), whole, ...since.slice(1)]
    : [...before, ...since]
}

const ACTIVE = new Set(['waiting', 'running', 'missed'])

/** The store's promises in memory, and what it was told to tell. */
export function memoryJobs(): DeferredJobStore & { readonly told: NewEvent[] } {
  const kept = new Map<string, NumberedJob>()
  const told: NewEvent[] = []
  const change = (id: string, to: Partial<DeferredJob>): boolean => {
    const found = kept.get(id)
    if (!found || !ACTIVE.has(found.state)) return false
    kept.set(id, { ...found, ...to })
    return true
  }
  return {
    told,
    async add(jobs, seen = Number.POSITIVE_INFINITY) {
      if (kept.size > seen) return undefined
      const fresh = jobs.filter(({ job }) => !kept.has(job.id))
      for (const one of fresh) kept.set(one.job.id, { ...one, number: kept.size + 1 })
      return { ids: fresh.map(({ job }) => job.id), newest: kept.size }
    },
    newest: async () => kept.size,
    get: async (id) => kept.get(id),
    async list({ limit, before = Number.POSITIVE_INFINITY }) {
      const newest = [...kept.values()].toReversed()
      return newest.filter(({ number }) => number < before).slice(0, limit)
    },
    active: async () => [...kept.values()].filter(({ state }) => ACTIVE.has(state)),
    async update(updates, events = []) {
      for (const { id, seenReportAtMs, ran, placement, report, ...rest } of updates) {
        const found = kept.get(id)!
        const { placement: _before, ...without } = found
        const { workLeft } = found.reportedAtMs === seenReportAtMs ? rest.progress : found.progress
        const progress = { ...rest.progress, workLeft }
        if (!ACTIVE.has(found.state)) continue
        kept.set(id, {
          ...without,
          ...rest,
          progress,
          ran: joined(found.ran, ran),
          ...(placement && { placement }),
          ...(report && { report }),
        })
      }
      told.push(...events)
    },
    report: async (id, workLeft, atMs) =>
      change(id, { progress: { ...kept.get(id)?.progress, workLeft }, reportedAtMs: atMs }),
    cancel: async (id, until) => {
      const { ran = [] } = kept.get(id) ?? {}
      const ended = until && { ...until, ran: joined(ran, until.ran) }
      return change(id, { state: 'cancelled', ...ended })
    },
    async forget(beforeMs) {
      const old = [...kept.values()].filter(
        ({ state, submittedAtMs }) => !ACTIVE.has(state) && submittedAtMs < beforeMs,
      )
      for (const { job } of old) kept.delete(job.id)
      return old.length
    },
  }
}
