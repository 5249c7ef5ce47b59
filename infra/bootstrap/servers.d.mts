/** See servers.mjs. */
export function startServers(): Promise<{
  readonly env: {
    readonly TEST_REDIS_URL: string
    readonly TEST_DATABASE_URL: string
    readonly TEST_CHROMIUM: string
  }
  /** One line for each server that could not be had. */
  readonly missing: readonly string[]
  stop(): Promise<void>
}>

/** See servers.mjs. */
export function anotherPostgres(): Promise<{
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}>

/** See servers.mjs. */
export function freePort(): Promise<number>
