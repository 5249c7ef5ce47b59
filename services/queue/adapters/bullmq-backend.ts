import { setTimeout as pause } from 'node:timers/promises'
import {
  type BackendClasses,
  type BackendFactory,
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
  runMigrations,
  withBackend,
} from 'bullmq'
import { Redis } from 'ioredis'
import { UpstreamUnavailable } from '../../domain/errors.ts'
import type { Database } from '../../platform/database/database.ts'
import type { JobQueue } from '../port.ts'
import { againPool } from './again-pool.ts'

/** BullMQ's classes, bound to one engine, and what to open them with. */
export interface BullmqBackend {
  readonly engine: JobQueue['engine']
  readonly classes: BackendClasses<IQueueBackend, unknown>
  /** Fails at once where the server is away: whoever adds a job has to hear of it. */
  readonly producer: { readonly connection: unknown; readonly prefix: string }
  /** Waits for the server to come back. */
  readonly consumer: { readonly connection: unknown; readonly prefix: string }
  /** What a queue of jobs of a name is called there, apart from those of other services. */
  queueOf(name: string): string
  /** Of the server's clock, since the epoch; undefined where it is the clock of this process. */
  timeMs(): Promise<number | undefined>
  close(): Promise<void>
}

export type Queue = InstanceType<BullmqBackend['classes']['Queue']>

const DEFAULT_PREFIX = 'gridtide'

const bind = (factory: unknown) => withBackend(factory as BackendFactory<IQueueBackend, unknown>)

/** BullMQ's PostgreSQL backend, on a server or embedded. Brings its schema up to date first. */
export async function onDatabase(db: Database, prefix = DEFAULT_PREFIX): Promise<BullmqBackend> {
  await bringUpToDate(db)
  const options = { connection: againPool(db.pool), prefix }
  const ours = prefix === DEFAULT_PREFIX ? '' : `${prefix}-`
  return {
    engine: db.engine,
    classes: bind(createPostgresBackend),
    producer: options,
    consumer: options,
    queueOf: (name) => `${ours}${name}`, // BullMQ heeds no prefix there
    timeMs: async () => (db.engine === 'embedded' ? undefined : clockOf(db)),
    close: async () => undefined, // the pool belongs to the database
  }
}

const ALREADY_THERE = '23505'

/**
 * BullMQ's lock lets one process at a time create its schema, but one that waited for the lock does
 * not look again whether the schema is there by now, and fails; at a second try it is.
 */
async function bringUpToDate({ patient }: Database): Promise<void> {
  const client = await patient.pool.connect()
  try {
    await runMigrations(client).catch((error: { code?: string }) => {
      if (error.code !== ALREADY_THERE) throw error
      return runMigrations(client)
    })
  } finally {
    client.release()
  }
}

async function clockOf(db: Database): Promise<number> {
  const text = 'select 1000 * extract(epoch from clock_timestamp())::float8 as "timeMs"'
  const [row] = await db.query<{ timeMs: number }>(text)
  return row!.timeMs
}

/** A server that hangs answers no goodbye. */
const GOODBYE_MS = 1_000

/**
 * BullMQ on Redis, which needs `maxmemory-policy noeviction` and an append-only file.
 *
 * @throws UpstreamUnavailable where nobody answers at `url`
 */
export async function onRedis(url: string, keyPrefix = DEFAULT_PREFIX): Promise<BullmqBackend> {
  const prefix = `{${keyPrefix}}` // one hash slot, so that flows across queues work on a cluster
  const producer = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    commandTimeout: 5_000,
    maxRetriesPerRequest: 1,
  })
  const consumer = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null })
  // Both reconnect by themselves; what fails meanwhile is reported by the call that fails.
  for (const redis of [producer, consumer]) redis.on('error', () => undefined)
  try {
    await Promise.all([producer.connect(), consumer.connect()])
  } catch (error) {
    producer.disconnect()
    consumer.disconnect()
    const { host } = new URL(url)
    throw new UpstreamUnavailable(`no answer at ${host} (${(error as Error).message})`, {
      upstream: 'redis',
      cause: error,
    })
  }
  return {
    engine: 'redis',
    classes: bind(createRedisBackend),
    producer: { connection: producer, prefix },
    consumer: { connection: consumer, prefix },
    queueOf: (name) => name,
    async timeMs() {
      const [seconds, microseconds] = (await producer.time()).map(Number)
      return 1000 * seconds! + microseconds! / 1000
    },
    async close() {
      const goodbye = Promise.all([producer.quit(), consumer.quit()]).catch(() => undefined)
      await Promise.race([goodbye, pause(GOODBYE_MS, undefined, { ref: false })])
      producer.disconnect()
      consumer.disconnect()
    },
  }
}
