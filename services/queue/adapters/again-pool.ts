import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from '../../platform/database/database.ts'
import { isRolledBack } from '../../platform/database/name-error.ts'

const TRIES = 5
const PAUSE_MS = 20

/**
 * `pool`, which runs a statement again that the server rolled back for another's sake.
 *
 * Right for BullMQ alone, each of whose statements is a transaction of its own: it locks the rows
 * and indexes of a queue in no fixed order, so that processes that schedule the same clock at the
 * same time may be deadlocked, and reports that as if the server were broken. It would listen for what
 * befalls idle connections once for each queue that was ever opened, and never cease: the pool's owner
 * hears of it.
 */
export function againPool(pool: Pool): Pool {
  return {
    async query(text, params) {
      for (let tried = 1; ; tried++) {
        try {
          return await pool.query(text, params)
        } catch (error) {
          if (tried === TRIES || !isRolledBack(error)) throw error
          await pause(PAUSE_MS * tried * (1 + Math.random())) // two that met do not meet again
        }
      }
    },
    connect: () => pool.connect(),
    end: () => pool.end(),
    on: (event: string, listener: never) =>
      event === 'error' ? pool : pool.on(event as 'connect', listener),
    removeAllListeners: (event) => pool.removeAllListeners(event),
  } as Pool
}
