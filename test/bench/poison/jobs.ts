import type { AnyJobRequest } from '../../../services/queue/index.ts'

/** Where the workers and whoever feeds them meet. */
export interface PoisonPlace {
  readonly home: string
  readonly databaseUrl: string
  readonly redisUrl?: string
  readonly keyPrefix: string
}

/** Healthy jobs are even numbers, poison the odd ones. */
export const healthy = (nth: number): number => 2 * nth
export const poison = (nth: number): number => 2 * nth + 1
export const isPoison = (job: number): boolean => job % 2 === 1

export const requestOf = (job: number): AnyJobRequest => ({
  name: 'account',
  payload: { windowStartMs: job },
  id: String(job),
})
