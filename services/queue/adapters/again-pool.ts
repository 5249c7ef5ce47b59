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
 * same time may be deadlocked, and reports that as if the server were broken.
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
    on: ((...listening: Parameters<Pool['on']>) => pool.on(...listening)) as Pool['on'],
    removeAllListeners: (event) => pool.removeAllListeners(event),
  } as Pool
}
