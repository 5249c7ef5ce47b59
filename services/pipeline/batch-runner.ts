import type { RequestBatch } from '../requests/index.ts'
import { checkBatch } from './check-batch.ts'
import { finishBatch } from './finish-batch.ts'
import { requestFlights } from './request-flights.ts'
import { LEASE_MS, type RequestPorts } from './request-ports.ts'
import { requestWidth } from './request-width.ts'
import { runLine } from './run-line.ts'

/** Runs batches of requests as their plans say; many processes may, over one database. */
export interface BatchRunner {
  /** One look at all batches: checks, begins, goes on, pauses, ends. Call it every few seconds. */
  beat(): Promise<void>
  /** Aborts what is under way and gives it back. */
  close(): Promise<void>
}

const EXPIRED = {
  code: 'batch_expired',
  message: 'This request could not be executed before the completion window expired.',
}
/** Plans are made anew every few minutes; they need no newer progress than that. */
const REPORT_EVERY_MS = 20_000

export function batchRunner(ports: RequestPorts): BatchRunner {
  const { batches, holder, jobs, yields, endpoints, nowMs, warn } = ports
  const flights = requestFlights()
  const reportedAtMs = new Map<string, number>()
  const filling = new Set<string>()
  const working = new Map<string, Promise<void>>()
  let closed = false

  const guarded = (id: string, work: Promise<unknown>) =>
    work.catch((error: unknown) => warn(`batch ${id}: ${(error as Error).message}`))
  /** Takes as many lines as the plan grants; whoever ends makes room for the next. */
  async function fill(batch: RequestBatch): Promise<void> {
    if (filling.has(batch.id)) return
    filling.add(batch.id)
    try {
      const found = await jobs.get(batch.id)
      const width = requestWidth(batch, found, await yields.now(nowMs()), endpoints, nowMs())
      if (width.may === 'yield') return flights.abort(batch.id)
      if (width.may === 'wait' || closed) return
      const { atOnce, endpoint } = width
      const ask = { holder, atOnce, leaseMs: LEASE_MS, nowMs: nowMs() }
      for (const line of await batches.claim(batch.id, ask)) {
        const run = (abort: AbortSignal) =>
          guarded(batch.id, runLine(ports, batch, line, endpoint, abort))
        flights.begin(line, run, () => void guarded(batch.id, fill(batch)))
      }
    } finally {
      filling.delete(batch.id)
    }
  }

  async function goOn(batch: RequestBatch): Promise<void> {
    const atMs = nowMs()
    if (atMs >= batch.deadlineAtMs) await batches.settleOpen(batch.id, EXPIRED)
    const { lines, tokens } = await batches.left(batch.id)
    if (lines === 0) {
      await batches.move(batch.id, 'in_progress', 'finalizing', atMs)
      return
    }
    if (atMs - (reportedAtMs.get(batch.id) ?? 0) >= REPORT_EVERY_MS) {
      reportedAtMs.set(batch.id, atMs)
      await jobs.report(batch.id, tokens, atMs)
    }
    await fill(batch)
  }

  /** Long work, beside the beat, which keeps hold of it; one process does it. */
  async function alone({ id }: RequestBatch, work: () => Promise<unknown>): Promise<void> {
    if (!(await batches.hold(id, holder, LEASE_MS)) || working.has(id) || closed) return
    const done = guarded(id, work())
      .then(() => guarded(id, batches.letGo(id, holder)))
      .then(() => void working.delete(id))
    working.set(id, done)
  }

  async function step(batch: RequestBatch): Promise<void> {
    switch (batch.status) {
      case 'validating':
        return alone(batch, () => checkBatch(ports, batch))
      case 'in_progress':
        return goOn(batch)
      default: // finalizing, cancelling
        flights.abort(batch.id)
        return alone(batch, () => finishBatch(ports, batch))
    }
  }

  return {
    async beat() {
      // Whoever lost a line to another process, or to the end of its batch, need not go on.
      await flights.abortLost(() => batches.keepHold(holder, LEASE_MS))
      const open = await batches.open()
      forgetOthers(reportedAtMs, open)
      for (const batch of open) await guarded(batch.id, step(batch))
    },
    async close() {
      closed = true
      await Promise.all([flights.close(), ...working.values()])
    },
  }
}

/** Whichever process ends a batch, none goes on remembering it. */
function forgetOthers(known: Map<string, unknown>, open: readonly RequestBatch[]): void {
  const left = new Set(open.filter(({ status }) => status === 'in_progress').map(({ id }) => id))
  for (const id of known.keys()) if (!left.has(id)) known.delete(id)
}
