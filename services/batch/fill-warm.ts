import { courseOf, lastSafeMs } from './course.ts'
import type { Ledgers } from './hold-gpus.ts'
import { type BatchJob, isDone, type JobProgress, ownLevel, type Piece } from './job.ts'
import { carbonIn, HOUR_MS, type RegionOutlook, windowAt } from './outlook.ts'
import type { Stretch } from './place-in-one-piece.ts'
import { placeInPieces } from './place-in-pieces.ts'
import { timeline } from './timeline.ts'
import type { WarmLedger } from './warm-ledger.ts'

/**
 * May warm replicas take of a job's work? Only where it may be cut, and where it says how far it is:
 * if they bring less than hoped, that has to be seen while the rest can still be done without them.
 */
export const takesWarm = ({ interruptible, reported, model }: BatchJob): boolean =>
  interruptible && reported === true && model !== undefined

/**
 * Tokens fill what warm replicas have left, and get GPUs of their own for the rest, in the same hours
 * or in others: both stand in one merit order by what a token costs, so a dirty warm hour is not used
 * where a clean GPU is cheaper. Warm replicas are no promise: until the latest safe start nothing
 * depends on them, and after it nothing is left to them, unless the job is late already.
 *
 * @returns undefined where neither has room
 */
export function fillWarm(
  job: BatchJob,
  progress: JobProgress,
  fromMs: number,
  outlook: RegionOutlook,
  { ledger, warm }: Ledgers,
): Stretch | undefined {
  const alone = placeInPieces(job, progress, fromMs, outlook, ledger)
  if (!warm || !takesWarm(job)) return alone
  const untilMs = alone?.safe
    ? lastSafeMs(courseOf(job, progress, fromMs, outlook, ledger))
    : job.deadline.atMs
  const offers = [
    ...warmOffers(job, outlook, warm, fromMs, untilMs),
    ...ownOffers(job, alone?.pieces ?? [], outlook),
  ]
  const fills = cheapest(offers, progress.workLeft)
  if (fills.length === 0) return alone
  const workLeft = progress.workLeft - fills.reduce((sum, piece) => sum + workOf(piece), 0)
  const rest = isDone(job, workLeft)
    ? { pieces: [], weighedG: 0 }
    : placeInPieces(job, { ...progress, workLeft }, fromMs, outlook, ledger)
  const warmG = fills.reduce((sum, piece) => sum + emittedG(piece, outlook), 0)
  const weighedG = warmG + (rest?.weighedG ?? Number.POSITIVE_INFINITY)
  if (alone && weighedG >= alone.weighedG) return alone
  return { pieces: joined(rest?.pieces ?? [], fills), safe: alone?.safe ?? false, weighedG }
}

type WarmPiece = Piece & Required<Pick<Piece, 'warm'>>

/** A window in which some of the work may be done. */
interface Offer {
  readonly startMs: number
  readonly endMs: number
  /** gCO2e that a unit of work adds. */
  readonly perWorkG: number
  readonly workPerHour: number
  /** On warm replicas; undefined where it is GPUs of its own. */
  readonly kwhPerWork?: number
}

function warmOffers(
  { model }: BatchJob,
  outlook: RegionOutlook,
  warm: WarmLedger,
  fromMs: number,
  untilMs: number,
): readonly Offer[] {
  return steps(outlook, fromMs, untilMs).flatMap(({ startMs, endMs, carbonGPerKwh }) => {
    const room = warm.room(outlook.region, model!, startMs)
    return room ? [{ startMs, endMs, perWorkG: room.kwhPerWork * carbonGPerKwh, ...room }] : []
  })
}

/** The windows of a plan without warm replicas: its cheapest, so the merit order of such GPUs. */
function ownOffers(
  job: BatchJob,
  pieces: readonly Piece[],
  outlook: RegionOutlook,
): readonly Offer[] {
  return pieces.flatMap((piece) => {
    const { kilowatts, workPerHour } = ownLevel(job, piece)
    return steps(outlook, piece.startMs, piece.endMs).map(({ startMs, endMs, carbonGPerKwh }) => ({
      startMs,
      endMs,
      perWorkG: (carbonGPerKwh * kilowatts) / workPerHour,
      workPerHour,
    }))
  })
}

function steps(outlook: RegionOutlook, fromMs: number, toMs: number) {
  const { edgesMs, hours, carbonGPerKwh } = timeline(outlook, fromMs, toMs)
  return hours.map((_, step) => ({
    startMs: edgesMs[step]!,
    endMs: edgesMs[step + 1]!,
    carbonGPerKwh: carbonGPerKwh[step]!,
  }))
}

/** The warm ones among the cheapest offers that together do the work. */
function cheapest(offers: readonly Offer[], work: number): readonly WarmPiece[] {
  const pieces: WarmPiece[] = []
  let left = work
  for (const offer of offers.toSorted((a, b) => a.perWorkG - b.perWorkG)) {
    if (isDone({ work }, left)) break
    const { startMs, workPerHour, kwhPerWork } = offer
    const hours = Math.min((offer.endMs - startMs) / HOUR_MS, left / workPerHour)
    left -= hours * workPerHour
    if (kwhPerWork === undefined) continue
    const warm = { workPerHour, kilowatts: workPerHour * kwhPerWork }
    pieces.push({ startMs, endMs: startMs + hours * HOUR_MS, warm })
  }
  return pieces
}

const workOf = ({ startMs, endMs, warm }: WarmPiece): number =>
  (warm.workPerHour * (endMs - startMs)) / HOUR_MS

const emittedG = ({ startMs, endMs, warm }: WarmPiece, outlook: RegionOutlook): number =>
  (warm.kilowatts * carbonIn(outlook, windowAt(outlook, startMs)) * (endMs - startMs)) / HOUR_MS

/** Both kinds in one row without overlap. */
function joined(own: readonly Piece[], fills: readonly WarmPiece[]): readonly Piece[] {
  const ends = [...own, ...fills].flatMap(({ startMs, endMs }) => [startMs, endMs])
  const edgesMs = [...new Set(ends)].sort((a, b) => a - b)
  const at = <P extends Piece>(pieces: readonly P[], atMs: number) =>
    pieces.find(({ startMs, endMs }) => startMs <= atMs && atMs < endMs)
  return edgesMs.slice(0, -1).flatMap((startMs, index) => {
    const level = at(own, startMs)?.level
    const warm = at(fills, startMs)?.warm
    if (level === undefined && !warm) return []
    const piece = { startMs, endMs: edgesMs[index + 1]! }
    return [{ ...piece, ...(level !== undefined && { level }), ...(warm && { warm }) }]
  })
}
