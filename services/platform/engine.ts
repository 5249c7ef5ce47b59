/** Where state and queue live. */
export interface EngineChoice {
  readonly state: 'embedded' | 'postgres'
  readonly queue: 'embedded' | 'postgres' | 'redis'
  /** For the one log line at start. */
  readonly words: string
}

/** REDIS_URL gives the queue to Redis, DATABASE_URL the state to PostgreSQL; else all is embedded. */
export function chooseEngine(env: {
  readonly home: string
  readonly databaseUrl?: string
  readonly redisUrl?: string
}): EngineChoice {
  const state = env.databaseUrl ? 'postgres' : 'embedded'
  const queue = env.redisUrl ? 'redis' : state
  const kept =
    state === 'postgres' ? 'PostgreSQL (DATABASE_URL)' : `embedded PostgreSQL in ${env.home}`
  const queued = queue === 'redis' ? 'Redis (REDIS_URL)' : 'the same database'
  return { state, queue, words: `state in ${kept}; queue on ${queued}` }
}
