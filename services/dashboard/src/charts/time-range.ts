export interface TimeRange {
  readonly minMs: number
  readonly maxMs: number
}

/** Nothing is gained by looking closer than this. */
const CLOSEST_MS = 30 * 60_000

/**
 * The span of time that several charts show together. It stays within the whole, and it tells at
 * most once a frame.
 */
export class SharedRange {
  #whole: TimeRange
  #shown: TimeRange
  readonly #listeners = new Set<(range: TimeRange) => void>()
  #told: number | undefined

  constructor(whole: TimeRange) {
    this.#whole = whole
    this.#shown = whole
  }

  get shown(): TimeRange {
    return this.#shown
  }

  /** @returns how to stop listening */
  listen(listener: (range: TimeRange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The whole has moved on; what is shown stays if it can. */
  setWhole(whole: TimeRange): void {
    const sawAll = this.#shown === this.#whole
    this.#whole = whole
    if (sawAll) this.#set(whole)
    else this.show(this.#shown)
  }

  show({ minMs, maxMs }: TimeRange): void {
    const { minMs: first, maxMs: last } = this.#whole
    const span = Math.min(Math.max(maxMs - minMs, CLOSEST_MS), last - first)
    const start = Math.min(Math.max(minMs, first), last - span)
    this.#set(span < last - first ? { minMs: start, maxMs: start + span } : this.#whole)
  }

  all(): void {
    this.#set(this.#whole)
  }

  /** @param ratio of what is shown; 0.5 is half of it to the later side */
  move(ratio: number): void {
    const { minMs, maxMs } = this.#shown
    const byMs = (maxMs - minMs) * ratio
    this.show({ minMs: minMs + byMs, maxMs: maxMs + byMs })
  }

  /** @param factor under 1 looks closer */
  zoom(factor: number): void {
    const { minMs, maxMs } = this.#shown
    const middle = (minMs + maxMs) / 2
    const half = ((maxMs - minMs) / 2) * factor
    this.show({ minMs: middle - half, maxMs: middle + half })
  }

  #set(range: TimeRange): void {
    this.#shown = range
    this.#told ??= requestAnimationFrame(() => {
      this.#told = undefined
      for (const listener of this.#listeners) listener(this.#shown)
    })
  }
}
