import { type RegionOutlook, windowAt } from './outlook.ts'

/** What replicas that stand for interactive traffic have left in one window. */
export interface WarmRoom {
  /** In the unit of a job's `work`. */
  readonly workPerHour: number
  /** IT energy that a unit of work adds: the slope of their power, not their idle draw. */
  readonly kwhPerWork: number
}

/** Room on warm replicas by region, model and window. Mutable: placing a job takes from it. */
export interface WarmLedger {
  /** Of the window that contains an instant; undefined where nothing is known to be left. */
  room(region: string, model: string, atMs: number): WarmRoom | undefined
  /** Takes a rate from that window, or gives it back where negative. */
  take(region: string, model: string, atMs: number, workPerHour: number): void
}

export interface WarmInputs {
  readonly outlooks: ReadonlyMap<string, RegionOutlook>
  /** Regions of one site share its replicas. */
  readonly siteOf: (region: string) => string
  /** What the interactive plan leaves; undefined where it has none or says nothing. */
  readonly roomAt: (site: string, model: string, window: number) => WarmRoom | undefined
  /** So many windows of the outlooks can be known at all. */
  readonly windows: number
}

export function warmLedger({ outlooks, siteOf, roomAt, windows }: WarmInputs): WarmLedger {
  const books = new Map<string, (WarmRoom | undefined)[]>()
  const find = (region: string, model: string, atMs: number) => {
    const site = siteOf(region)
    const key = JSON.stringify([site, model])
    const book = books.get(key) ?? Array.from({ length: windows }, (_, t) => roomAt(site, model, t))
    books.set(key, book)
    return { book, window: windowAt(outlooks.get(region)!, atMs) }
  }
  return {
    room(region, model, atMs) {
      const { book, window } = find(region, model, atMs)
      const found = book[window]
      return found && found.workPerHour > 0 ? found : undefined
    },
    take(region, model, atMs, workPerHour) {
      const { book, window } = find(region, model, atMs)
      const before = book[window]
      if (before) book[window] = { ...before, workPerHour: before.workPerHour - workPerHour }
    },
  }
}
