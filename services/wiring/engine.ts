import type { Env } from '../../config/env.ts'
import type { Database } from '../platform/database/database.ts'
import { migrate } from '../platform/database/migrate.ts'
import { chooseEngine } from '../platform/engine.ts'
import type { Log } from '../platform/log.ts'
import { type BullmqOptions, bullmqOn } from '../queue/adapters/bullmq.ts'
import type { JobQueue } from '../queue/index.ts'
import { openDatabase } from './open-database.ts'

export interface Engine {
  readonly database: Database
  readonly queue: JobQueue
  /** Queue first, so that running jobs can still write what they did. */
  close(): Promise<void>
}

/** Opens state and queue where the environment wants them, and says so in one line. */
export async function openEngine(
  env: Pick<Env, 'home' | 'databaseUrl' | 'redisUrl'>,
  log: Log,
  options: BullmqOptions = {},
): Promise<Engine> {
  const { words } = chooseEngine(env)
  const { redisUrl } = env
  const database = await openDatabase(env)
  try {
    await migrate(database)
    const queue = await bullmqOn(redisUrl ? { redisUrl } : { database }, options)
    log.info(words)
    return {
      database,
      queue,
      async close() {
        await queue.close()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}
