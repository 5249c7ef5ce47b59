import type { Arena } from '../arena.ts'
import { allowedBins, homesOf } from '../layout.ts'
import type { Controller, Knobs, Policy, View } from '../policy.ts'

/**
 * llm-d's cost-aware optimizer: capacity that is short comes from the variant with the least cost
 * per capacity; capacity to spare goes from the dearest, and one replica of the cheapest stays.
 */
export const wva: Policy = {
  id: 'wva',
  title: 'llm-d workload variant autoscaler: add the cheapest variant, remove the dearest',
  source:
    'github.com/llm-d/llm-d-workload-variant-autoscaler, internal/engines/pipeline/cost_aware_optimizer.go',
  kind: 'realisable',
  published: {
    headroom: 1.25,
    replanMinutes: 5,
    layout: 'free',
  },
  layouts: ['free', 'right-sized'],
  open: (arena, knobs): Controller => {
    const allowed = allowedBins(arena, knobs.layout)
    return {
      close: () => undefined,
      decide: (view) => ({
        replicas: arena.models.map((model, m) => {
          const replicas = Int32Array.from(view.running[m]!)
          for (const region of homesOf(model)) {
            scaleRegion(arena, m, region, allowed[m]!, knobs, view, replicas)
          }
          return replicas
        }),
      }),
    }
  },
}

function scaleRegion(
  arena: Arena,
  m: number,
  region: number,
  allowed: Uint8Array,
  { headroom }: Knobs,
  view: View,
  replicas: Int32Array,
): void {
  const { bins, origins } = arena.models[m]!
  const cost = (b: number) => bins[b]!.gpus * (arena.pools[bins[b]!.pool]!.priceUsdPerHour || 1)
  const perCapacity = (b: number) => cost(b) / bins[b]!.capacity
  const variants = [...bins.keys()]
    .filter((b) => allowed[b] === 1 && bins[b]!.region === region)
    .sort((a, b) => perCapacity(a) - perCapacity(b))
  if (variants.length === 0) return
  let needed = 0
  for (const [o, { home }] of origins.entries()) {
    if (home === region) needed += headroom * view.observed(m, o, 1)
  }
  const capacity = variants.reduce((sum, b) => sum + replicas[b]! * bins[b]!.capacity, 0)
  if (needed > capacity) {
    replicas[variants[0]!]! += Math.ceil((needed - capacity) / bins[variants[0]!]!.capacity)
    return
  }
  let spare = capacity - needed
  for (const b of variants.toReversed()) {
    const keep = b === variants[0] ? 1 : 0
    const gone = Math.min(replicas[b]! - keep, Math.floor(spare / bins[b]!.capacity))
    if (gone <= 0) continue
    replicas[b]! -= gone
    spare -= gone * bins[b]!.capacity
  }
}
