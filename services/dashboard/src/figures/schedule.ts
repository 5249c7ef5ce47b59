import type { Schemas } from '../../../client/index.ts'
import { variantParts } from './variant.ts'

export type Plan = Schemas['Plan']
type Outcome = Plan['outcome']
/** What runs where, window by window. */
export type Schedule = Extract<Outcome, { status: 'planned' }>['plan']
export type Assignment = Schedule['assignments'][number]

/** The schedule of a plan; undefined where no plan keeps every promise. */
export const scheduleOf = ({ outcome }: Plan): Schedule | undefined =>
  outcome.status === 'planned' ? outcome.plan : undefined

/** The index of the window that holds an instant; -1 outside the horizon. */
export const windowAt = ({ windows }: Schedule, atMs: number): number =>
  windows.findIndex(({ startMs, endMs }) => startMs <= atMs && atMs < endMs)

export const hoursOf = ({ windows }: Schedule): number =>
  windows.length === 0 ? 0 : (windows.at(-1)!.endMs - windows[0]!.startMs) / 3_600_000

export const gpusOf = ({ replicas, pointId }: Assignment): number =>
  replicas * variantParts(pointId).gpusPerReplica

export const sumOf = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0)

/** What one region runs in one window. */
export interface RegionLoad {
  readonly assignments: readonly Assignment[]
  readonly gpus: number
  readonly replicas: number
  /** Output tokens/s, interactive and deferrable. */
  readonly tokensPerSecond: number
}

export function loadOf(schedule: Schedule, window: number, region?: string): RegionLoad {
  const assignments = schedule.assignments.filter(
    (one) => one.window === window && (region === undefined || one.region === region),
  )
  return {
    assignments,
    gpus: sumOf(assignments, gpusOf),
    replicas: sumOf(assignments, ({ replicas }) => replicas),
    tokensPerSecond: sumOf(
      assignments,
      ({ tokensPerSecond, batchTokensPerSecond }) => tokensPerSecond + batchTokensPerSecond,
    ),
  }
}
