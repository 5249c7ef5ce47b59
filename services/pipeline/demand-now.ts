import {
  type DemandMargins,
  declaredOverWindows,
  demandOverWindows,
  isRecent,
  OBSERVED_MS,
  type Sighting,
  sightingOf,
  spansSeen,
  type Trace,
} from '../demand/index.ts'
import type { Window } from '../domain/window.ts'
import type { Fleet, Model } from '../fleet/index.ts'
import type { PushedDemand, PushedDemandStore } from '../overlays/index.ts'
import type { Findings } from './frame-problem.ts'
import { heedPushed } from './heed-pushed.ts'
import { heedSeen, SEEN_WINDOWS } from './heed-seen.ts'

/** What callers told us of one tenant's traffic. */
export interface PushedTraffic {
  /** Slots that overlap [fromMs, toMs). */
  readonly between: (fromMs: number, toMs: number) => Promise<readonly PushedDemand[]>
  /** The highest rate that was observed or measured of each model and origin in [fromMs, toMs). */
  readonly highest: (
    fromMs: number,
    toMs: number,
  ) => ReturnType<PushedDemandStore['highestObserved']>
}

export interface DemandSources {
  /** One place an origin of the model, in the fleet's order; undefined where no file is named. */
  readonly tracesOf: (model: Model) => Promise<readonly (Trace | undefined)[]>
  /** Nobody is asked where it is left out. */
  readonly pushed?: PushedTraffic
  /** Time from one plan to the next; left out: a window. */
  readonly replanMs?: number
}

type Demands = Required<
  Pick<Findings, 'demandByModel' | 'lowDemandByModel' | 'expectedDemandByModel'>
>

/**
 * Traffic of every model and origin as a plan at this instant takes it: what the fleet file declares,
 * what was pushed over it, and what was seen lately and a week ago.
 *
 * @throws InvalidInput where a trace does not fit
 */
export async function demandNow(
  { models, planning }: Pick<Fleet, 'models' | 'planning'>,
  windows: readonly Window[],
  nowMs: number,
  sources: DemandSources,
): Promise<Demands> {
  const { demandQuantile: quantile, demandHeadroom: headroom } = planning
  const told = await tellings(sources.pushed, windows, nowMs)
  const { replanMs = Number.POSITIVE_INFINITY } = sources
  const decidedAgainMs = ({ startMs, endMs }: Window) =>
    Math.min(endMs, Math.max(startMs, nowMs) + replanMs)
  const found = {
    demandByModel: new Map<string, readonly (readonly number[])[]>(),
    lowDemandByModel: new Map<string, readonly (readonly number[])[]>(),
    expectedDemandByModel: new Map<string, readonly (readonly number[] | undefined)[]>(),
  }
  for (const model of models) {
    const { id } = model
    const traces = await sources.tracesOf(model)
    const heeded = model.demand.map((demand, o) => {
      const { pushed, seen } = told(id, demand.origin)
      const over = (margins: DemandMargins) =>
        heedPushed(
          demandOverWindows(demand, windows, margins, traces[o]),
          pushed,
          windows,
          margins.headroom,
        )
      const middle = heedPushed(declaredOverWindows(demand, windows, traces[o]), pushed, windows, 0)
      const ready = over({ quantile, headroom })
      const low = over({ quantile: 1 - quantile, headroom: 0 })
      return { low, ...heedSeen({ ready, middle, headroom }, seen, windows, decidedAgainMs) }
    })
    found.demandByModel.set(
      id,
      heeded.map(({ ready }) => ready),
    )
    found.lowDemandByModel.set(
      id,
      heeded.map(({ low }) => low),
    )
    found.expectedDemandByModel.set(
      id,
      heeded.map(({ expected }) => expected),
    )
  }
  return found
}

interface Told {
  /** Forecasts, and what was observed of the last quarter of an hour. */
  readonly pushed: readonly PushedDemand[]
  readonly seen: Sighting | undefined
}

async function tellings(
  source: PushedTraffic | undefined,
  windows: readonly Window[],
  nowMs: number,
): Promise<(model: string, origin: string) => Told> {
  if (!source) return () => ({ pushed: [], seen: undefined })
  const untilMs = windows[Math.min(SEEN_WINDOWS, windows.length) - 1]!.endMs
  const { weekAgo, recent, week } = spansSeen(nowMs, untilMs)
  const all = [
    ...(await source.between(...weekAgo)),
    ...(await source.between(recent[0], windows.at(-1)!.endMs)),
  ]
  const own = new Map<string, PushedDemand[]>()
  for (const one of all) own.set(placeOf(one), [...(own.get(placeOf(one)) ?? []), one])
  const isSeen = all.some(
    ({ kind, slots }) => kind !== 'forecast' && slots.some((slot) => isRecent(slot, nowMs)),
  )
  const highest = isSeen ? await source.highest(...week) : []
  const peaks = new Map(highest.map((one) => [placeOf(one), one.tokensPerSecond]))
  return (model, origin) => {
    const place = placeOf({ model, origin })
    const its = own.get(place) ?? []
    const sighting = (of: PushedDemand['kind']) =>
      sightingOf(
        its.filter(({ kind }) => kind === of).flatMap(({ slots }) => slots),
        peaks.get(place) ?? 0,
        nowMs,
      )
    return {
      pushed: its.map((one) => ({
        ...one,
        slots: one.slots.filter(({ endMs }) => endMs > nowMs - OBSERVED_MS),
      })),
      // Who pushes knows origins, and what could not be served.
      seen: sighting('observed') ?? sighting('measured'),
    }
  }
}

const placeOf = ({ model, origin }: { readonly model: string; readonly origin: string }): string =>
  JSON.stringify([model, origin])
