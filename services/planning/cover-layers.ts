/** One kind of replica on the grid. */
export interface Kind {
  readonly bin: number
  /** Steps it carries, rounded up. */
  readonly size: number
  readonly fixed: number
  readonly perStep: number
}

/**
 * Least cost with the bins of the chain up to one link: by replicas, as far as a floor counts them,
 * and by steps of the grid carried. Beside it where each cost came from.
 */
export interface Layer {
  readonly rows: readonly Float64Array[]
  /** Absent where only the cost is asked for. */
  readonly trace?: Trace
}

interface Trace {
  /** By row and step: the full (or empty) replica added last, -1 where none was. */
  readonly full: readonly Int32Array[]
  /** The one partly loaded replica added on top, -1 where none, and the step below it. */
  readonly last: readonly Int32Array[]
  readonly below: readonly Int32Array[]
}

/** A replica added, told by `bin * 4`, whether its row is the one below it, and whether it is empty. */
const SAME_ROW = 1
const EMPTY = 2

export function newLayer(
  before: Layer | undefined,
  counted: number,
  steps: number,
  isTraced: boolean,
): Layer {
  const each = <X>(of: (row: number) => X) =>
    Array.from({ length: counted + 1 }, (_, row) => of(row))
  const rows = each((row) =>
    before ? before.rows[row]!.slice() : new Float64Array(steps + 1).fill(Number.POSITIVE_INFINITY),
  )
  if (!before) rows[0]![0] = 0
  if (!isTraced) return { rows }
  const traces = () => each(() => new Int32Array(steps + 1).fill(-1))
  return { rows, trace: { full: traces(), last: traces(), below: traces() } }
}

/** Any number of full replicas of a kind, and, for the floor, of empty ones. */
export function addFull(layer: Layer, { bin, size, fixed, perStep }: Kind): void {
  const top = layer.rows.length - 1
  for (let count = 0; count <= top; count++) {
    const next = Math.min(count + 1, top)
    const code = bin * 4 + (next === count ? SAME_ROW : 0)
    extend(layer, count, next, { size, cost: fixed + perStep * size, code })
    if (next !== count) extend(layer, count, next, { size: 0, cost: fixed, code: bin * 4 + EMPTY })
  }
}

/** Wherever it is cheaper: `size` steps more at `cost`. */
function extend(
  { rows, trace }: Layer,
  row: number,
  next: number,
  { size, cost, code }: { readonly size: number; readonly cost: number; readonly code: number },
): void {
  const from = rows[row]!
  const to = rows[next]!
  const full = trace?.full[next]
  for (let i = size; i < to.length; i++) {
    const value = from[i - size]! + cost
    if (value >= to[i]!) continue
    to[i] = value
    if (full) full[i] = code
  }
}

/**
 * One replica more, of any of the kinds, that is partly loaded.
 *
 * @param least fewer steps than this are not asked for
 */
export function addLast(layer: Layer, kinds: readonly Kind[], least: number): void {
  const { rows } = layer
  const top = rows.length - 1
  const before = rows.map((row) => row.slice())
  const queue = { steps: new Int32Array(rows[0]!.length), keys: new Float64Array(rows[0]!.length) }
  for (const kind of kinds) {
    for (let count = 0; count <= top; count++)
      slide(layer, before[count]!, count, kind, least, queue)
  }
}

/** Steps with rising keys: the first is the least of those in sight. */
interface Queue {
  readonly steps: Int32Array
  readonly keys: Float64Array
}

/** `to[i] = min(to[i], fixed + min over 0 < j <= size of from[i - j] + perStep j)`, i >= least. */
function slide(
  { rows, trace }: Layer,
  from: Float64Array,
  count: number,
  { bin, size, fixed, perStep }: Kind,
  least: number,
  { steps, keys }: Queue,
): void {
  const next = Math.min(count + 1, rows.length - 1)
  const to = rows[next]!
  const code = bin * 4 + (next === count ? SAME_ROW : 0)
  let head = 0
  let tail = 0
  for (let i = Math.max(1, least - size + 1); i < from.length; i++) {
    const key = from[i - 1]! - perStep * (i - 1)
    while (tail > head && keys[tail - 1]! >= key) tail--
    keys[tail] = key
    steps[tail++] = i - 1
    if (steps[head]! < i - size) head++
    if (i < least) continue
    const best = fixed + keys[head]! + perStep * i
    if (best >= to[i]!) continue
    to[i] = best
    noteLast(trace, next, i, code, steps[head]!)
  }
}

function noteLast(trace: Trace | undefined, row: number, i: number, code: number, from: number) {
  if (!trace) return
  trace.last[row]![i] = code
  trace.below[row]![i] = from
}

/** The replicas behind the last cost of the last layer, by bin. */
export function replicasBehind(layers: readonly Layer[], kinds: readonly Kind[]): Int32Array {
  const counts = new Int32Array(kinds.length)
  let row = layers.at(-1)!.rows.length - 1
  let i = layers.at(-1)!.rows[0]!.length - 1
  const add = (code: number): number => {
    counts[code >> 2]!++
    if ((code & SAME_ROW) === 0) row--
    return code >> 2
  }
  for (const { trace } of layers.toReversed()) {
    const { full, last, below } = trace!
    if (last[row]![i]! >= 0) {
      const from = below[row]![i]!
      add(last[row]![i]!)
      i = from
    }
    for (let code = full[row]![i]!; code >= 0; code = full[row]![i]!) {
      const bin = add(code)
      if ((code & EMPTY) === 0) i -= kinds[bin]!.size
    }
  }
  return counts
}
