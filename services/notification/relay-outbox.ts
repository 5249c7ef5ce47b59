import { circuitAfter } from './circuit.ts'
import type { Attempt, Circuit, Delivery, Endpoint, Notifier, Outbox } from './port.ts'
import { nextAttemptMs } from './retry-schedule.ts'

interface RelayPorts {
  readonly outbox: Outbox
  readonly notifier: Notifier
  readonly endpoints: readonly Endpoint[]
  /** In [0, 1); spreads retries. */
  random(): number
  nowMs(): number
  /** For logs and metrics. */
  observe?(delivery: Delivery, attempt: Attempt): void
}

export interface RelayReport {
  readonly delivered: number
  readonly failed: number
}

/** Attempts in flight to one endpoint: enough for throughput, too few to hurt it. */
const AT_ONCE_PER_ENDPOINT = 4

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

async function drain(
  ports: RelayPorts,
  endpoint: Endpoint,
  abort: AbortSignal | undefined,
): Promise<RelayReport> {
  const { outbox } = ports
  let delivered = 0
  let failed = 0
  while (!abort?.aborted) {
    const circuit = await outbox.circuit(endpoint.id)
    const atOnce = await room(ports, endpoint, circuit)
    if (atOnce === 0) break
    const batch = await outbox.claim(endpoint.id, ports.nowMs(), atOnce)
    if (batch.length === 0) break
    const attempts = await Promise.all(batch.map((delivery) => deliver(ports, endpoint, delivery)))
    const good = attempts.filter(({ status }) => status === 'delivered').length
    delivered += good
    failed += attempts.length - good
    await judge(ports, endpoint, circuit, attempts)
  }
  return { delivered, failed }
}

/** None while the circuit is open, and one to try whether it may close. */
async function room(
  { notifier, nowMs }: RelayPorts,
  endpoint: Endpoint,
  circuit: Circuit | undefined,
): Promise<number> {
  const atMs = nowMs()
  if (circuit && (circuit.disabled !== undefined || atMs < circuit.openUntilMs)) return 0
  const wanted = circuit ? 1 : AT_ONCE_PER_ENDPOINT
  return Math.min(wanted, (await notifier.room?.(endpoint, atMs)) ?? wanted)
}

async function deliver(ports: RelayPorts, endpoint: Endpoint, delivery: Delivery) {
  const startMs = ports.nowMs()
  const attempt = await ports.notifier.send(endpoint, delivery.event, startMs)
  const atMs = ports.nowMs()
  const asked = attempt.status === 'delivered' ? undefined : attempt.retryAfterSeconds
  const dueAtMs =
    attempt.status === 'failed'
      ? nextAttemptMs(delivery.attempts, atMs, ports.random(), asked)
      : undefined
  await ports.outbox.settle(delivery, {
    attempt,
    atMs,
    tookMs: atMs - startMs,
    ...(dueAtMs !== undefined && { dueAtMs }),
  })
  ports.observe?.(delivery, attempt)
  return attempt
}

async function judge(
  { outbox, nowMs }: RelayPorts,
  { id }: Endpoint,
  before: Circuit | undefined,
  attempts: readonly Attempt[],
): Promise<void> {
  // Of attempts made side by side one success is enough: somebody is at home.
  const telling = attempts.find(({ status }) => status !== 'failed') ?? (attempts[0] as Attempt)
  const after = circuitAfter(before, telling, nowMs())
  if (before || after) await outbox.setCircuit(id, after, nowMs())
}
