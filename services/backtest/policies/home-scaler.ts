import { demandToServe, weekPeak } from '../../forecast/index.ts'
import type { Arena, ArenaBin } from '../arena.ts'
import { homesOf, singleBins } from '../layout.ts'
import type { Controller, Knobs, View } from '../policy.ts'
import { seenTraffic } from '../seen-traffic.ts'

/** One scale target: a model in the region of some of its origins, in one layout. */
export interface ScaleTarget {
  readonly model: number
  readonly region: number
  readonly bin: ArenaBin
  /** Replicas asked for last. */
  readonly replicas: number
  /** tokens/s of the origins at home here, in the last window. */
  readonly observed: number
  /** tokens/s that they are expected to need until the next plan, so much head-room in it. */
  readonly toServe: (headroom: number) => number
  /** tokens/s, highest of the week before. */
  readonly weekPeak: () => number
}

/**
 * The shape of every autoscaler that knows one layout and serves origins at home: one target per
 * model and home region, counted on its own.
 *
 * @param count replicas wanted of a target
 */
export function homeScaler(
  arena: Arena,
  layout: Knobs['layout'],
  count: (target: ScaleTarget, view: View) => number,
): Controller {
  const single = singleBins(arena, layout)
  return {
    close: () => undefined,
    decide: (view) => ({
      replicas: arena.models.map((model, m) => {
        const replicas = new Int32Array(model.bins.length)
        for (const region of homesOf(model)) {
          const b = single[m]![region]!
          if (b < 0) continue
          const origins = [...model.origins.keys()].filter((o) => model.origins[o]!.home === region)
          const sum = (of: (o: number) => number) => origins.reduce((total, o) => total + of(o), 0)
          replicas[b] = count(
            {
              model: m,
              region,
              bin: model.bins[b]!,
              replicas: view.running[m]![b]!,
              observed: sum((o) => view.observed(m, o, 1)),
              toServe: (headroom) =>
                sum((o) => demandToServe(seenTraffic(view, arena.windowSeconds, m, o), headroom)),
              weekPeak: () =>
                weekPeak(arena.windowSeconds, (ago) => sum((o) => view.observed(m, o, ago))),
            },
            view,
          )
        }
        return replicas
      }),
    }),
  }
}
