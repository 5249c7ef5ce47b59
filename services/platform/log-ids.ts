import { AsyncLocalStorage } from 'node:async_hooks'

/** What a line of the log is about. */
interface LogIds {
  readonly requestId?: string
  readonly job?: string
  readonly jobId?: string
  readonly planVersion?: number
}

const current = new AsyncLocalStorage<LogIds>()

/** Does `work`; each line that anything says meanwhile carries `ids`, those around it included. */
export const about = <Result>(ids: LogIds, work: () => Result): Result =>
  current.run({ ...current.getStore(), ...ids }, work)

/** Does `work` on behalf of nobody: what is heard from a connection is not of who opened it. */
export const aboutNobody = <Result>(work: () => Result): Result => current.exit(work)

/** For the rest of what is being done: an id that was not known when it began. */
export function alsoAbout(ids: LogIds): void {
  const known = current.getStore()
  if (known) Object.assign(known, ids)
}

/** A copy: a line adds to it what it says itself. */
export const idsNow = (): LogIds => ({ ...current.getStore() })
