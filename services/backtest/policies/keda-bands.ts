import type { Policy } from '../policy.ts'
import { autoscaler, throughput } from './hpa.ts'

/** Bands around each zone's past mean, cleanest first: up to this ratio, this share of the peak. */
const BANDS = [
  { upToRatio: 0.9, share: 1 },
  { upToRatio: 1.1, share: 0.75 },
  { upToRatio: Number.POSITIVE_INFINITY, share: 0.5 },
]
const PEAK_HEADROOM = 1.2

/**
 * Ceilings on replicas by the intensity now, whatever the load: the first band that reaches the
 * intensity counts. Its first band has no lower end, so that 0 g/kWh is clean and not dirty.
 */
export const kedaBands: Policy = {
  id: 'keda-bands',
  title: 'Autoscaler on tokens/s under ceilings of 100, 75 and 50 % of the peak by carbon band',
  source: 'github.com/Azure/carbon-aware-keda-operator, controllers/max_replica_getter.go',
  kind: 'realisable',
  published: {
    headroom: 1 / 0.7,
    replanMinutes: 5,
    layout: 'node',
  },
  layouts: ['node', 'right-sized'],
  open(arena, knobs) {
    const peaks = new Map<string, number>()
    const pastMeans = arena.problem.regions.map(() => Number.NaN)
    const scaler = autoscaler(arena, knobs, throughput, (target, expected) => {
      const key = `${target.model} ${target.region}`
      const peak =
        peaks.get(key) ?? Math.ceil((PEAK_HEADROOM * target.weekPeak()) / target.bin.capacity)
      peaks.set(key, peak)
      const ratio = expected(target.region) / pastMeans[target.region]!
      const { share } = BANDS.find(({ upToRatio }) => ratio <= upToRatio) ?? BANDS.at(-1)!
      return Math.ceil(share * peak)
    })
    return {
      close: scaler.close,
      decide(view) {
        for (const r of pastMeans.keys()) pastMeans[r] = view.pastMean(r)
        return scaler.decide(view)
      },
    }
  },
}
