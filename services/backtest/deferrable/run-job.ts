import { type BatchJob, ownLevel, type Piece } from '../../batch/index.ts'

const HOUR_MS = 3_600_000
/** What rounding leaves over is done. */
const LEAST_WORK = 1e-9

/** A job on GPUs that do not keep to the plan. Mutable: time goes on. */
export interface Run {
  readonly job: BatchJob
  workLeft: number
  /** Level until `freeAtMs`. */
  level: number | undefined
  freeAtMs: number
  readonly pieces: Piece[]
  endMs: number | undefined
}

export const beginRun = (job: BatchJob): Run => ({
  job,
  workLeft: job.work,
  level: undefined,
  freeAtMs: Number.NEGATIVE_INFINITY,
  pieces: [],
  endMs: undefined,
})

/** Share of the expected throughput that a job gets in an hour of the epoch. */
export type Throughput = (job: BatchJob, hour: number) => number

/** Runs one piece on GPUs of its own, up to the end of the work; whatever starts draws power before it works. */
export function runPiece(run: Run, piece: Piece, throughput: Throughput): void {
  const { job } = run
  const { startMs, level } = piece
  const { workPerHour, kilowatts } = ownLevel(job, piece)
  const before = run.freeAtMs === startMs ? job.levels[run.level!] : undefined
  const kept = Math.min(workPerHour, before?.workPerHour ?? 0)
  const startedMs = workPerHour > kept ? startMs + job.startHours * HOUR_MS : startMs
  if (before && before.kilowatts > kilowatts) chargeCheckpoint(run)
  const endMs = workUntil(
    run,
    piece,
    throughput,
    (atMs) => (atMs < startedMs ? kept : workPerHour),
    startedMs,
  )
  run.pieces.push({ ...piece, endMs })
  run.level = level
  run.freeAtMs = endMs
  if (run.workLeft <= LEAST_WORK) run.endMs = endMs
}

/** Hour by hour, to the end of the piece or of the work. */
function workUntil(
  run: Run,
  { startMs, endMs }: Piece,
  throughput: Throughput,
  rateAt: (atMs: number) => number,
  startedMs: number,
): number {
  let atMs = startMs
  while (atMs < endMs && run.workLeft > LEAST_WORK) {
    const hour = Math.floor(atMs / HOUR_MS)
    const turnMs = atMs < startedMs ? startedMs : endMs
    const nextMs = Math.min(endMs, (hour + 1) * HOUR_MS, turnMs)
    const perMs = (rateAt(atMs) * throughput(run.job, hour)) / HOUR_MS
    const spentMs = perMs > 0 ? Math.min(nextMs - atMs, run.workLeft / perMs) : nextMs - atMs
    run.workLeft -= perMs * spentMs
    atMs += spentMs
  }
  return atMs
}

function chargeCheckpoint({ pieces, job }: Run): void {
  const last = pieces.at(-1)!
  pieces[pieces.length - 1] = { ...last, endMs: last.endMs + job.checkpointHours * HOUR_MS }
}

/** Follows a plan made once; what is left after it runs on at the size asked for. */
export function runOnce(job: BatchJob, plan: readonly Piece[], throughput: Throughput): Run {
  const run = beginRun(job)
  for (const piece of plan) if (run.endMs === undefined) runPiece(run, piece, throughput)
  while (run.endMs === undefined) {
    runPiece(run, { startMs: run.freeAtMs, endMs: run.freeAtMs + HOUR_MS, level: 0 }, throughput)
  }
  return run
}
