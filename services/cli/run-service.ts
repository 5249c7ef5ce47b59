import { setTimeout as pause } from 'node:timers/promises'
import { beginWork } from '../../workers/begin-work.ts'
import { startLocalTicks } from '../../workers/local-ticks.ts'
import { patientQueue } from '../../workers/patient-queue.ts'
import { startWorkers } from '../../workers/start-workers.ts'
import { buildApp, listenSafely } from '../api/index.ts'
import { msFromSeconds } from '../domain/units.ts'
import { LOOK_AGAIN_MS } from '../grid/index.ts'
import { type BatchRunner, batchRunner } from '../pipeline/batch-runner.ts'
import { repeat } from '../platform/repeat.ts'
import { apiPorts } from '../wiring/api-ports.ts'
import { targetReader } from '../wiring/api-targets.ts'
import { requestPorts } from '../wiring/batch-requests.ts'
import { dashboardFolder } from '../wiring/dashboard-folder.ts'
import { openExternalScaler } from '../wiring/external-scaler.ts'
import { securityFor } from '../wiring/security.ts'
import { openService, type Service, type ServiceOptions } from '../wiring/service.ts'
import { stepPorts } from '../wiring/steps.ts'
import { firstPlanWords } from './first-plan-words.ts'
import type { CliIo } from './io.ts'
import { localWork } from './local-work.ts'
import { startOwnProcess } from './start-own-process.ts'
import { traceTo } from './trace-to.ts'

export type Role = 'all' | 'api' | 'worker'

/** Something that was started, and how to stop it. */
type Stop = () => Promise<unknown>

/**
 * Runs one process of the service until SIGTERM or SIGINT: then it takes no new work, finishes what
 * it is doing, and closes.
 *
 * @throws AppError where a part cannot be opened
 */
export async function runService(options: ServiceOptions, role: Role, io: CliIo): Promise<void> {
  const stopped = untilToldToStop()
  const tracing = await traceTo(options.env.traceEndpoint)
  const service = await openService({
    ...options,
    // An embedded database is one process's.
    ...(options.env.databaseUrl && { startOwn: () => startOwnProcess(options) }),
  })
  const stops: Stop[] = []
  try {
    // Answers first: the fits and the plan that work begins with take the processor for seconds.
    if (role !== 'worker') {
      stops.push(await startApi(service, io))
      stops.push(await startScaler(service, io))
    }
    const work = role === 'api' ? undefined : await startWork(service)
    if (work) stops.unshift(...work.stops)
    const ended = new AbortController()
    if (role === 'all') void announceFirstPlan(service, io, ended.signal)
    await Promise.race(work ? [stopped, work.failed] : [stopped])
    ended.abort()
    service.log.info('stopping')
  } finally {
    const lastResort = setTimeout(() => giveUp(service), END_MS)
    for (const stop of stops.reverse()) await stop()
    await service.close()
    await tracing?.close()
    clearTimeout(lastResort)
  }
}

/** Longer than running jobs are given, and less than a supervisor waits before it kills. */
export const END_MS = 20_000

/** A server that hangs may hold up every goodbye; what is left undone is another process's by its lock. */
function giveUp({ log }: Service): never {
  log.error('something that was to be closed hangs: ending without it')
  process.exit(1)
}

function untilToldToStop(): Promise<unknown> {
  return Promise.race(
    (['SIGTERM', 'SIGINT'] as const).map(
      (signal) => new Promise((resolve) => process.once(signal, resolve)),
    ),
  )
}

interface Work {
  readonly stops: Stop[]
  /** Rejects where work cannot begin for another reason than a server that does not answer. */
  readonly failed: Promise<never>
}

/** A call that waits for a server that is away may wait for ever. */
const BEGINNING_MS = 1_000

/**
 * Begins in the background: where the queue's server is slow or away, what needs no queue goes on
 * (targets are watched, questions answered), and the process can be told to end.
 */
async function startWork(service: Service): Promise<Work> {
  const { queue, fleet, env, nowMs, log } = service
  const steps = stepPorts(service)
  const models = fleet.models.map(({ id }) => id)
  const beginning = { queue, models, tickMs: msFromSeconds(env.tickSeconds), nowMs }
  const [local, requests] = [
    await localWork(service, steps, beginning),
    await requestPorts(service),
  ]
  const stopTicks = startLocalTicks(local)
  const stopBeats = keepRunning(batchRunner(requests), service)

  const ended = new AbortController()
  const warn = (message: string) => log.warn(message)
  const patient = patientQueue(queue, { ended: ended.signal, warn })
  const begun = startWorkers(patient, steps).then(() => beginWork({ ...beginning, queue: patient }))
  const failed = new Promise<never>((_resolve, reject) => {
    begun.catch((error: unknown) => ended.signal.aborted || reject(error))
  })
  const stopBeginning = async () => {
    ended.abort()
    await Promise.race([begun.catch(() => undefined), pause(BEGINNING_MS)])
  }
  return { stops: [stopTicks, stopBeats, stopBeginning], failed }
}

const BEAT_MS = 2_000

/** Batches of requests: a beat after the other, until told to stop. */
function keepRunning(runner: BatchRunner, { log }: Service): Stop {
  const stop = repeat(
    BEAT_MS,
    () => runner.beat(),
    ({ message }) => log.warn(`batches: ${message}`),
  )
  return async () => {
    await stop()
    await runner.close()
  }
}

async function startApi(service: Service, io: CliIo): Promise<Stop> {
  const { env, nowMs } = service
  const security = await securityFor(service, io.out)
  const app = await buildApp(apiPorts(service), {
    security,
    queue: service.queue,
    log: service.log,
    version: '0.1.0',
    nowMs,
    pageFolder: dashboardFolder(),
    traced: env.traceEndpoint !== undefined,
    trustedProxies: env.trustedProxies,
  })
  const where = { host: env.host, port: env.port, security }
  const url = await listenSafely(app, where).catch(async (error: unknown) => {
    await app.close()
    throw error
  })
  const stopLooking = keepLooking(service)
  io.out(`Gridtide is up at ${url}  (OpenAPI: ${url}/openapi.json)\n`)
  return async () => {
    stopLooking()
    await app.closeGently()
  }
}

async function startScaler(service: Service, io: CliIo): Promise<Stop> {
  const scaler = await openExternalScaler(service.env, targetReader(service))
  if (scaler) io.out(`KEDA's external scaler is at ${service.env.host}:${scaler.port}\n`)
  return async () => scaler?.close()
}

/** Keeps what is known of the grid at hand, so that no answer waits for a database or a provider. */
function keepLooking({ grid, log }: Service): () => void {
  const look = () =>
    grid.board.lookAgain().catch((error: unknown) => log.error({ error }, 'the grid was not read'))
  const timer = setInterval(look, LOOK_AGAIN_MS)
  return () => clearInterval(timer)
}

const POLL_MS = 250
const PATIENCE_MS = 120_000

/** Prints the first plan made since this start, whether it acts or waits for somebody. */
async function announceFirstPlan(service: Service, io: CliIo, ended: AbortSignal): Promise<void> {
  const { stores, nowMs, log, fleet } = service
  const startedMs = nowMs()
  while (nowMs() - startedMs < PATIENCE_MS && !ended.aborted) {
    const newest = await stores.plans.newest().catch(() => undefined)
    if (newest && newest.createdAtMs >= startedMs) {
      io.out(firstPlanWords(newest, fleet))
      return
    }
    await pause(POLL_MS, undefined, { signal: ended }).catch(() => undefined)
  }
  if (!ended.aborted) log.warn('no plan yet; see the log for what holds it up')
}
