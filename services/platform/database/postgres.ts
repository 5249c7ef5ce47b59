import pg from 'pg'
import { type Database, type Pool, SEARCH_PATH } from './database.ts'
import { overPool } from './over-pool.ts'

const INT8 = 20

export interface PostgresOptions {
  /** Each queue worker holds one connection to be woken by, on top of what queries need. */
  readonly maxConnections?: number
}

/** A PostgreSQL server, 14 or newer. Connects on first use. */
export function openPostgres(url: string, options: PostgresOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 24,
    keepAlive: true, // a connection that only listens would never notice a silent drop
    connectionTimeoutMillis: 10_000,
    application_name: 'gridtide',
    options: `-c search_path=${SEARCH_PATH}`,
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
  return overPool('postgres', pool as unknown as Pool, () => pool.end())
}
