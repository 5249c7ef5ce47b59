import { setTimeout as pause } from 'node:timers/promises'
import { circuitAfter } from './circuit.ts'
import type { Attempt, Circuit, Delivery, Endpoint, Notifier, Outbox } from './port.ts'
import { nextAttemptMs } from './retry-schedule.ts'

export interface RelayPorts {
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
/** While nothing is answered, what has happened since is looked for as often. */
const LOOK_AGAIN_MS = 1_000
/** Answers that come so close together make room for one look at what is due. */
const TOGETHER_MS = 20

/**
 * Tells one endpoint all that is due to it. An answer that is long in coming holds up its own subject
 * alone: the places of the others are filled again as they come free.
 */
export async function drain(
  ports: RelayPorts,
  endpoint: Endpoint,
  abort: AbortSignal | undefined,
): Promise<RelayReport> {
  const underWay = new Set<Promise<void>>()
  const report = { delivered: 0, failed: 0 }
  let unjudged: Attempt[] = []

  function start(delivery: Delivery): void {
    const attempted = deliver(ports, endpoint, delivery)
      .then((attempt) => {
        unjudged.push(attempt)
        report[attempt.status === 'delivered' ? 'delivered' : 'failed'] += 1
      })
      .finally(() => underWay.delete(attempted))
    underWay.add(attempted)
  }

  /** As many attempts at a time as are made side by side, or all that there will be; a 410 at once. */
  async function circuitNow(): Promise<Circuit | undefined> {
    const circuit = await ports.outbox.circuit(endpoint.id)
    const atOnce =
      circuit || underWay.size === 0 || unjudged.some(({ status }) => status === 'gone')
    const enough = atOnce ? 1 : AT_ONCE_PER_ENDPOINT
    if (unjudged.length < enough) return circuit
    const judged = unjudged
    unjudged = []
    return judge(ports, endpoint, circuit, judged)
  }

  try {
    do {
      const free = (await room(ports, endpoint, await circuitNow())) - underWay.size
      if (free > 0 && !abort?.aborted) {
        const claimed = await ports.outbox.claim(endpoint.id, ports.nowMs(), free)
        claimed.forEach(start)
      }
      if (underWay.size === 0) continue
      await Promise.race([...underWay, pause(LOOK_AGAIN_MS, undefined, { ref: false })])
      await pause(TOGETHER_MS)
    } while (underWay.size + unjudged.length > 0)
  } finally {
    await Promise.allSettled(underWay)
  }
  return report
}

/** Attempts side by side: none while the circuit is open, and one to try whether it may close. */
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

const TELLING = ['gone', 'delivered', 'failed'] as const

async function judge(
  { outbox, nowMs }: RelayPorts,
  { id }: Endpoint,
  before: Circuit | undefined,
  attempts: readonly Attempt[],
): Promise<Circuit | undefined> {
  // Of attempts made side by side one success is enough: somebody is at home. Whoever wants no more is heard first.
  const [first] = TELLING.flatMap((one) => attempts.filter(({ status }) => status === one))
  const after = circuitAfter(before, first!, nowMs())
  if (before || after) await outbox.setCircuit(id, after, nowMs())
  return after
}
