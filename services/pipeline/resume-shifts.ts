import type { ShiftStore } from '../actuation/index.ts'
import type { JobQueue } from '../queue/index.ts'

export interface ResumeShiftsPorts {
  readonly shifts: Pick<ShiftStore, 'unfinished'>
  readonly queue: Pick<JobQueue, 'add'>
  nowMs(): number
}

const MINUTE_MS = 60_000

/** Asks once a minute for every shift under way, so that none is forgotten with a lost job. */
export async function resumeShifts({ shifts, queue, nowMs }: ResumeShiftsPorts): Promise<void> {
  const minute = Math.floor(nowMs() / MINUTE_MS)
  for (const shiftId of await shifts.unfinished()) {
    const id = `shift-${shiftId}-resume-${minute}`
    await queue.add({ name: 'carry-shift', payload: { shiftId }, id })
  }
}
