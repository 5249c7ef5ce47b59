import { drain, type RelayPorts, type RelayReport } from './drain-endpoint.ts'
import type { Endpoint } from './port.ts'

/** Delivers what is due, and returns when nothing is any more that no other call is at. */
type Relay = (abort?: AbortSignal) => Promise<RelayReport>

/**
 * The relay of one process; may be called again while it is at work.
 *
 * At least once: a process that dies between the answer and the note of it leads to one more
 * attempt with the same webhook id. In order for each endpoint and subject: the next event waits
 * for the one before it to be delivered or given up. One endpoint that hangs holds up no other: of
 * the calls at work only one waits for it, and the rest tell the others of what has happened since.
 */
export function outboxRelay(ports: RelayPorts): Relay {
  /** Endpoint -> whether somebody called since its deliveries were last looked for. */
  const called = new Map<string, boolean>()

  async function drainAlone(endpoint: Endpoint, abort?: AbortSignal): Promise<RelayReport> {
    if (called.has(endpoint.id)) {
      called.set(endpoint.id, true)
      return NOTHING
    }
    const reports: RelayReport[] = []
    try {
      do {
        called.set(endpoint.id, false)
        reports.push(await drain(ports, endpoint, abort))
      } while (called.get(endpoint.id) && !abort?.aborted)
    } finally {
      called.delete(endpoint.id)
    }
    return total(reports)
  }

  return async (abort) => {
    await ports.outbox.fanOut(ports.endpoints, ports.nowMs())
    return total(await Promise.all(ports.endpoints.map((each) => drainAlone(each, abort))))
  }
}

const NOTHING: RelayReport = { delivered: 0, failed: 0 }

const total = (reports: readonly RelayReport[]): RelayReport =>
  reports.reduce(
    (sum, { delivered, failed }) => ({
      delivered: sum.delivered + delivered,
      failed: sum.failed + failed,
    }),
    NOTHING,
  )
