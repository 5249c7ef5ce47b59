import type { ChildProcess } from 'node:child_process'
import type { Env } from '../../config/env.ts'
import type { InferenceBackend } from '../actuation/index.ts'
import { NotFound } from '../domain/errors.ts'
import { signedSecondsFromMs } from '../domain/units.ts'
import type { Fleet } from '../fleet/index.ts'
import { webhookNotifier } from '../notification/adapters/webhook.ts'
import { type Attempt, type Delivery, outboxRelay } from '../notification/index.ts'
import { overlayFleet } from '../overlays/index.ts'
import { systemClock } from '../platform/clock.ts'
import { axiosHttp } from '../platform/http.ts'
import type { Log } from '../platform/log.ts'
import { aboutNobody } from '../platform/log-ids.ts'
import { addMeasured, type Measured } from '../platform/measured-elsewhere.ts'
import { type Metrics, openMetrics } from '../platform/metrics.ts'
import { openThreads } from '../platform/threads.ts'
import { compareClocks, type JobEvent, type JobQueue } from '../queue/index.ts'
import { openBackends } from './backends.ts'
import { webhookEndpoints } from './endpoints.ts'
import { type Engine, openEngine } from './engine.ts'
import { fleetFiles } from './fleet-files.ts'
import { openGrid } from './open-grid.ts'
import { compiledSolver } from './open-solver.ts'
import { solverThreads } from './solver-threads.ts'
import { openStores } from './state.ts'
import { stopSwitch } from './stop-switch.ts'
import { openPowerMeter, openTelemetry } from './telemetry.ts'
import { tracedBackend } from './traced-backend.ts'

export interface ServiceOptions {
  readonly env: Env
  /** Where `${env:X}` of the fleet file is looked up. */
  readonly secrets: Readonly<Record<string, string | undefined>>
  readonly fleetFile: string
  readonly fleet: Fleet
  /** SHA-256 of the fleet file. */
  readonly fleetHash: string
  readonly log: Log
  /** Starts a process that runs jobs under which a process has died; absent: they run alone here. */
  readonly startOwn?: () => ChildProcess
}

/** All the parts of one process, opened, and one way to close them. */
export type Service = Awaited<ReturnType<typeof openService>>

/** @throws AppError where a part cannot be opened; what was opened before it is closed again */
export async function openService(options: ServiceOptions) {
  const metrics = openMetrics()
  const engine = await openEngine(options.env, options.log, {
    observe: watchJobs(options.log, metrics),
    keyPrefix: queuePrefix(options.env.tenant),
    traced: options.env.traceEndpoint !== undefined,
    ...(options.startOwn && { startOwn: options.startOwn }),
    heedOwn: (measured) => addMeasured(metrics, measured as Measured),
  })
  try {
    return await furnish(options, engine, metrics)
  } catch (error) {
    await engine.close()
    throw error
  }
}

async function furnish(options: ServiceOptions, engine: Engine, metrics: Metrics) {
  const { env, log, fleet, fleetFile, secrets } = options
  const { nowMs } = systemClock
  const { database, queue } = engine
  const { tenant } = env
  const stores = openStores(database, tenant)
  const warn = (message: string) => log.warn(message)
  const threads = openThreads({
    prepare: compiledSolver,
    onStray: ({ message }) => warn(`a solver thread, after its task had ended: ${message}`),
  })
  const readFile = fleetFiles(fleetFile, env.dataFolder)
  const backends = await openBackends(fleet, { memory: stores.targetMemory, nowMs, env: secrets })
  const webhooks = {
    notifier: webhookNotifier(),
    endpoints: await webhookEndpoints(fleet, secrets),
  }
  const relay = {
    ...webhooks,
    outbox: stores.outbox,
    random: Math.random,
    nowMs,
    observe: ({ endpoint }: Delivery, { status: outcome }: Attempt) =>
      metrics.webhooks.inc({ endpoint, outcome }),
  }
  // Not quite a tick: each tick sees values of its time, and whoever asks first asks for all.
  const freshForMs = env.tickSeconds * 900
  const grid = await openGrid(fleet, {
    http: axiosHttp(),
    nowMs,
    readFile,
    env: secrets,
    warn,
    freshForMs,
    sql: database,
  })
  const stop = stopSwitch(env.home, secrets.GRIDTIDE_STOP, database, tenant)

  return {
    ...options,
    /** A process serves one fleet file, so all it does is of one tenant. */
    tenant,
    nowMs,
    metrics,
    database,
    stores,
    queue,
    /** Words where the clock of the queue's server and ours are apart. */
    clocks: watchClocks(queue, log, metrics),
    readFile,
    grid,
    reader: grid.reader,
    webhooks,
    solver: solverThreads(threads),
    backend(id: string): InferenceBackend {
      const backend = backends.get(id)
      if (!backend) throw new NotFound(`no backend ${id} in the fleet file`)
      return tracedBackend(id, backend)
    },
    serving: await openTelemetry(fleet, { env: secrets, nowMs, warn }),
    gpuWatts: await openPowerMeter(fleet, { env: secrets, nowMs, warn }),
    /** The fleet file with what callers laid over it. */
    fleetNow: async () => overlayFleet(fleet, await stores.overlays.list(tenant)),
    /** Why nothing may be moved now; undefined where nobody has said stop. */
    stopped: stop.reason,
    stop,
    relay: outboxRelay(relay),
    /** Lets running jobs finish, then closes everything. */
    async close(): Promise<void> {
      await engine.close()
      await threads.close()
    },
  }
}

/** Jobs of one tenant never reach a worker of another. */
const queuePrefix = (tenant: string): string =>
  tenant === 'default' ? 'gridtide' : `gridtide-${tenant}`

function watchClocks(queue: JobQueue, log: Log, { queueClockAhead }: Metrics) {
  const look = compareClocks({
    queue,
    nowMs: systemClock.nowMs,
    warn: (message) => log.warn(message),
    observe: (aheadSeconds) => queueClockAhead.set(aheadSeconds),
  })
  void look().catch(() => undefined) // a server that does not answer is heard of elsewhere
  return look
}

function watchJobs(log: Log, { jobs, jobSeconds }: Metrics) {
  return ({ kind, name, id, planVersion, tookMs, error }: JobEvent): void => {
    jobs.inc({ job: name, outcome: kind })
    if (tookMs !== undefined) jobSeconds.observe({ job: name }, signedSecondsFromMs(tookMs))
    const ids = { job: name, jobId: id, planVersion }
    aboutNobody(() => {
      if (kind === 'dead') log.error({ ...ids, error }, 'a job is given up')
      else if (kind === 'failed' || kind === 'error') log.warn({ ...ids, error }, `job ${kind}`)
      else log.debug({ ...ids, tookMs }, `job ${kind}`)
    })
  }
}
