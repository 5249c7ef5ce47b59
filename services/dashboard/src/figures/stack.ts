import { type Assignment, type Schedule, sumOf } from './schedule.ts'

/** Values of one thing, one a window. */
export interface Layer {
  readonly name: string
  readonly values: readonly number[]
}

/**
 * The largest things of a schedule window by window, the rest of them together, largest first.
 *
 * @param of what an assignment adds, and to which layer
 * @param most how many layers before the rest
 */
export function layersOf(
  schedule: Schedule,
  of: (assignment: Assignment) => { readonly name: string; readonly value: number },
  most: number,
  restName: (count: number) => string,
): Layer[] {
  const byName = new Map<string, number[]>()
  for (const assignment of schedule.assignments) {
    const { name, value } = of(assignment)
    const values = byName.get(name) ?? schedule.windows.map(() => 0)
    values[assignment.window]! += value
    byName.set(name, values)
  }
  const layers = [...byName]
    .map(([name, values]) => ({ name, values }))
    .sort((a, b) => sumOf(b.values, identity) - sumOf(a.values, identity))
  if (layers.length <= most) return layers
  const rest = layers.slice(most - 1)
  const together = schedule.windows.map((_, window) => sumOf(rest, ({ values }) => values[window]!))
  return [...layers.slice(0, most - 1), { name: restName(rest.length), values: together }]
}

const identity = (value: number): number => value

/** Running sums from the first layer up: what a stacked chart draws. */
export function cumulated(layers: readonly Layer[]): number[][] {
  const sums: number[][] = []
  for (const { values } of layers) {
    const below = sums.at(-1)
    sums.push(values.map((value, index) => value + (below?.[index] ?? 0)))
  }
  return sums
}
