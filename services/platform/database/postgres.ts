import pg from 'pg'
import { type Database, type Pool, SEARCH_PATH } from './database.ts'
import { overPool } from './over-pool.ts'

const INT8 = 20

export interface PostgresOptions {
  /** Each queue worker holds one connection to be woken by, on top of what queries need. */
  readonly maxConnections?: number
  readonly waits?: Waits
}

/** How long whom is waited for, each longer than the one before it. */
export interface Waits {
  /** A process that stands still amid a transaction holds locks that others wait for. */
  readonly idleInTransactionMs: number
  /** The server ends a statement that is merely slow, or waits for a lock. */
  readonly statementMs: number
  /** A server that stands still ends nothing: then the connection is given up. */
  readonly answerMs: number
}

const WAITS: Waits = { idleInTransactionMs: 8_000, statementMs: 10_000, answerMs: 12_000 }
const HOUR_MS = 3_600_000
const PATIENT: Waits = {
  idleInTransactionMs: HOUR_MS,
  statementMs: HOUR_MS + 1_000,
  answerMs: HOUR_MS + 2_000,
}
const PATIENT_CONNECTIONS = 2
const CONNECT_MS = 5_000
const KEEP_ALIVE_MS = 10_000

/** A PostgreSQL server, 14 or newer. Connects on first use. */
export function openPostgres(url: string, options: PostgresOptions = {}): Database {
  const { maxConnections = 24, waits = WAITS } = options
  const pool = openPool(url, maxConnections, waits)
  const patientPool = openPool(url, PATIENT_CONNECTIONS, PATIENT)
  const patient = overPool('postgres', patientPool, () => patientPool.end())
  const close = async () => void (await Promise.all([pool.end(), patient.close()]))
  return overPool('postgres', pool, close, patient)
}

function openPool(url: string, max: number, waits: Waits): Pool {
  const { idleInTransactionMs, statementMs, answerMs } = waits
  const settings = {
    search_path: SEARCH_PATH,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    statement_timeout: statementMs,
  }
  const pool = new pg.Pool({
    connectionString: url,
    max,
    keepAlive: true, // a connection that only listens would never notice a silent drop
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: answerMs,
    application_name: 'gridtide',
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8
          ? Number
          : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  })
  pool.setMaxListeners(0) // every queue and worker listens for its errors
  // An idle connection that drops is replaced on the next query, which reports what is wrong.
  pool.on('error', () => undefined)
  // Nobody else listens to a borrowed one that drops between two queries; its next query fails.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool as unknown as Pool
}
