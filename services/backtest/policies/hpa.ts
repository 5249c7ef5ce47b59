import type { Arena } from '../arena.ts'
import type { Controller, Knobs, Policy } from '../policy.ts'
import { homeScaler, type ScaleTarget } from './home-scaler.ts'

/** Within this of its target the Horizontal Pod Autoscaler does nothing. */
const TOLERANCE = 0.1
/** So that a ratio of exactly 1.5 is not a little more. */
const ROUNDING = 1e-9
/** Default scale-up policy: double, or 4 pods, whichever is more, a period. */
const MOST_PODS_UP = 4
/** Part of a step's time that does not grow with the batch: a memory-bound decoder's. */
const FLAT_STEP = 0.5

/** Share of a replica's capacity that is used, as the autoscaler's metric sees it. */
export type Metric = (target: ScaleTarget) => number

/** tokens/s over what the replicas can do. */
export const throughput: Metric = ({ observed, replicas, bin }) =>
  observed / (Math.max(1, replicas) * bin.capacity)

/**
 * Running requests over the batch limit. By Little's law and a step time of s(b) = s(B) (f +
 * (1 - f) b / B), a share u of the throughput runs f u / (1 - (1 - f) u) of the batch.
 */
export const concurrency: Metric = (target) => {
  const use = Math.min(1, throughput(target))
  return (FLAT_STEP * use) / (1 - (1 - FLAT_STEP) * use)
}

/**
 * desired = ceil(replicas * metric / target), limits on steps up, and the highest wish of the last
 * five minutes before anything goes down.
 *
 * @param ceiling most replicas, where something besides the load decides
 */
export function autoscaler(
  arena: Arena,
  { headroom, layout }: Knobs,
  metric: Metric,
  ceiling: (target: ScaleTarget, expected: (region: number) => number) => number = () =>
    Number.POSITIVE_INFINITY,
): Controller {
  const target = 1 / headroom
  const lastWish = new Map<string, number>()
  return homeScaler(arena, layout, (scale, view) => {
    const { replicas, bin, observed } = scale
    const key = `${scale.model} ${scale.region}`
    const first = !lastWish.has(key)
    const ratio = metric(scale) / target
    const steady =
      Math.abs(ratio - 1) <= TOLERANCE ? replicas : Math.ceil(replicas * ratio - ROUNDING)
    const started = Math.ceil((observed * headroom) / bin.capacity)
    const wish = Math.max(1, first ? started : steady)
    const stable = Math.max(wish, first ? wish : Math.min(replicas, lastWish.get(key)!))
    lastWish.set(key, wish)
    const most = first ? wish : Math.max(2 * replicas, replicas + MOST_PODS_UP)
    return Math.max(1, Math.min(stable, most, ceiling(scale, view.expected)))
  })
}

const SOURCE = 'kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale'
const PUBLISHED: Knobs = {
  headroom: 1 / 0.7,
  replanMinutes: 5,
  layout: 'node',
}

export const hpaTokens: Policy = {
  id: 'hpa',
  title: 'Horizontal Pod Autoscaler on tokens/s, target 70 %',
  source: SOURCE,
  kind: 'realisable',
  published: PUBLISHED,
  layouts: ['node', 'right-sized'],
  open: (arena, knobs) => autoscaler(arena, knobs, throughput),
}

export const hpaConcurrency: Policy = {
  id: 'hpa-concurrency',
  title: 'Horizontal Pod Autoscaler on running requests, target 70 %',
  source: SOURCE,
  kind: 'realisable',
  published: PUBLISHED,
  layouts: ['node', 'right-sized'],
  open: (arena, knobs) => autoscaler(arena, knobs, concurrency),
}
