export interface ServedBy {
  readonly replicas: number
  readonly slots: number
  readonly stepMs: number
  /** Time of a mean prompt alone, and steps that a request waits before its prompt is taken up. */
  readonly prefillMs: number
  readonly stepsWaited: number
  readonly outputTokens: number
}

export interface Load {
  /** By window: requests/s. */
  readonly requestsPerSecond: readonly number[]
  readonly windowMs: number
  readonly ttftMs: number
  readonly random: () => number
}

/** Least outstanding first, then first come first served for a replica's slots and its prompts. */
interface Replica {
  outstanding: number
  promptFreeMs: number
  /** When each slot is free again. */
  readonly slotFreeMs: Float64Array
}

/**
 * A discrete-event simulation of requests, independent of the sizing it judges: Poisson arrivals
 * whose rate changes by window, exponential output lengths, prompts of random length.
 *
 * @returns share of requests whose first token came within `ttftMs`
 */
export function simulateAttainment(served: ServedBy, load: Load): number {
  const replicas = Array.from(
    { length: served.replicas },
    (): Replica => ({
      outstanding: 0,
      promptFreeMs: 0,
      slotFreeMs: new Float64Array(served.slots),
    }),
  )
  const ends: End[] = []
  const share = { kept: 0, all: 0 }
  for (const [w, rate] of load.requestsPerSecond.entries()) {
    const endMs = (w + 1) * load.windowMs
    let now = w * load.windowMs + waitFor(load, rate)
    for (; now < endMs; now += waitFor(load, rate)) {
      release(ends, now)
      share.all++
      if (serve(served, load, replicas, ends, now) - now <= load.ttftMs) share.kept++
    }
  }
  return share.kept / Math.max(1, share.all)
}

/** Until the next request, ms. */
const waitFor = (load: Load, requestsPerSecond: number): number =>
  (exponential(load) * 1000) / requestsPerSecond

function release(ends: End[], now: number): void {
  while (ends.length > 0 && ends[0]![0] <= now) popEnd(ends).outstanding--
}

const exponential = ({ random }: Load): number => -Math.log(1 - random())

/** @returns when the first token comes, ms */
function serve(
  served: ServedBy,
  load: Load,
  replicas: readonly Replica[],
  ends: End[],
  now: number,
): number {
  const { random } = load
  const replica = replicas.reduce((a, b) => (b.outstanding < a.outstanding ? b : a))
  const slot = earliest(replica.slotFreeMs)
  const start = Math.max(now, replica.slotFreeMs[slot]!)
  const turn = start + 2 * random() * served.stepsWaited * served.stepMs
  const prompt = served.prefillMs * (0.5 + random())
  const first = Math.max(turn, replica.promptFreeMs) + prompt
  const end = first + exponential(load) * served.outputTokens * served.stepMs
  replica.promptFreeMs = first
  replica.slotFreeMs[slot] = end
  replica.outstanding++
  pushEnd(ends, [end, replica])
  return first
}

function earliest(times: Float64Array): number {
  let best = 0
  for (let i = 1; i < times.length; i++) if (times[i]! < times[best]!) best = i
  return best
}

type End = [endMs: number, replica: Replica]

function pushEnd(heap: End[], end: End): void {
  let at = heap.push(end) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (heap[parent]![0] <= end[0]) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = end
}

function popEnd(heap: End[]): Replica {
  const [, replica] = heap[0]!
  const last = heap.pop()!
  let at = 0
  while (heap.length > 0) {
    const left = 2 * at + 1
    if (left >= heap.length) break
    const child = left + 1 < heap.length && heap[left + 1]![0] < heap[left]![0] ? left + 1 : left
    if (heap[child]![0] >= last[0]) break
    heap[at] = heap[child]!
    at = child
  }
  if (heap.length > 0) heap[at] = last
  return replica
}
