import type { BatchPorts } from './batch-desk.ts'
import { comeTo } from './come-to.ts'
import { reportOf } from './report-of.ts'

/**
 * Ends a job before its work is done, with the account of what it did until now.
 *
 * @returns false where it has ended or is not there
 */
export async function cancelJob(
  ports: Pick<BatchPorts, 'jobs' | 'reader' | 'warn' | 'fleet' | 'nowMs'>,
  id: string,
): Promise<boolean> {
  const { jobs, nowMs, warn } = ports
  const found = await jobs.get(id)
  if (!found || found.state === 'done' || found.state === 'cancelled') return false
  const atMs = nowMs()
  const { progress, ran } = comeTo(found, atMs)
  const all = { job: found.job, progress, ran: [...found.ran, ...ran] }
  // An account that cannot be made must not keep a job from ending.
  const report = await reportOf(ports, all, atMs).catch((error: Error) => {
    warn(`no report of job ${id}: ${error.message}`)
    return undefined
  })
  return jobs.cancel(id, { progress, ran, ...(report && { report }) })
}
