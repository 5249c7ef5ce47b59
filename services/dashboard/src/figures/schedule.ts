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

/** What runs in one window, in one region or in all. */
export function loadOf(schedule: Schedule, window: number, region?: string): RegionLoad {
  const inWindow = assignmentsIn(schedule, window)
  const assignments =
    region === undefined ? inWindow : inWindow.filter((one) => one.region === region)
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

/** A large plan is looked through once, not once a region. */
const byWindow = new WeakMap<Schedule['assignments'], Map<number, Assignment[]>>()

/** What runs in one window, in all regions. */
export function assignmentsIn(
  { assignments }: Pick<Schedule, 'assignments'>,
  window: number,
): readonly Assignment[] {
  const known = byWindow.get(assignments) ?? groupedByWindow(assignments)
  byWindow.set(assignments, known)
  return known.get(window) ?? []
}

function groupedByWindow(assignments: readonly Assignment[]): Map<number, Assignment[]> {
  const windows = new Map<number, Assignment[]>()
  for (const one of assignments) {
    const together = windows.get(one.window)
    if (together) together.push(one)
    else windows.set(one.window, [one])
  }
  return windows
}
