/** What SQL is spoken through: a database, or one transaction of it. */
export interface Sql {
  /**
   * Runs one statement (several, separated by `;`, where there are no parameters).
   *
   * `bigint` columns come back as numbers, `bytea` as `Uint8Array`, `jsonb` parsed; hand JSON in as
   * text (`$1::jsonb`) and lists as arrays (`= any($1::text[])`).
   *
   * @throws UpstreamUnavailable where the database is away; Conflict where it asks for another try
   */
  query<Row = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<Row[]>
}

/** PostgreSQL, in this process or on a server: same SQL, same promises. */
export interface Database extends Sql {
  readonly engine: 'embedded' | 'postgres'
  /**
   * All of `work`, or nothing. Inside it, speak through `tx` alone: `query` on the database itself
   * would wait for the transaction that it is part of, and is refused.
   */
  transaction<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result>
  /**
   * The same, for what may take minutes: migrations, backups, tidying up. Everywhere else a server
   * that hangs is one that is away, after seconds.
   */
  readonly patient: Database
  /** For libraries that bring their own SQL. */
  readonly pool: Pool
  close(): Promise<void>
}

export interface QueryAnswer<Row = unknown> {
  readonly rows: Row[]
  readonly rowCount: number | null
}

interface Notice {
  readonly channel: string
  readonly payload?: string | undefined
}

/** The part of `pg.PoolClient` that BullMQ and we use. */
export interface PoolClient {
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed by the caller, as in `pg` itself
  query<Row = any>(text: string, params?: readonly unknown[]): Promise<QueryAnswer<Row>>
  release(destroy?: boolean): void
  on(event: 'notification', listener: (notice: Notice) => void): this
  on(event: 'error', listener: (error: Error) => void): this
  on(event: 'end', listener: () => void): this
  removeListener(event: 'notification', listener: (notice: Notice) => void): this
  removeAllListeners(event?: string): this
}

/** The part of `pg.Pool` that BullMQ and we use. */
export interface Pool {
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed by the caller, as in `pg` itself
  query<Row = any>(text: string, params?: readonly unknown[]): Promise<QueryAnswer<Row>>
  connect(): Promise<PoolClient>
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): this
  on(event: 'connect', listener: (client: PoolClient) => void): this
  removeAllListeners(event?: string): this
}

/** Ours first, then BullMQ's. A test proves that no name lives in both. */
export const SEARCH_PATH = 'gridtide,bullmq,public'
