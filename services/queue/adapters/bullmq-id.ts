import type { JobName } from '../jobs.ts'

/** Our ids may be any text; BullMQ's may hold no colon, nor be a number. */
export const bullmqId = (name: JobName, id: string): string => `${name}/${encodeURIComponent(id)}`

/** Back to ours; a scheduled job has an id that BullMQ made. */
export function ownId(name: JobName, bullmq: string): string {
  const prefix = `${name}/`
  return bullmq.startsWith(prefix) ? decodeURIComponent(bullmq.slice(prefix.length)) : bullmq
}
