import type { Policy } from '../policy.ts'
import { homeScaler } from './home-scaler.ts'

/** Replicas = predicted load over what one engine was profiled to do; the GPU budget cuts it. */
export const dynamo: Policy = {
  id: 'dynamo',
  title: 'Dynamo planner: predicted load over profiled engine throughput, within the GPU budget',
  source: 'github.com/ai-dynamo/dynamo, components/planner: throughput_scaling.py, budget.py',
  kind: 'realisable',
  published: {
    headroom: 1.1,
    replanMinutes: 5,
    layout: 'node',
  },
  layouts: ['node', 'right-sized'],
  open: (arena, { headroom, layout }) =>
    homeScaler(arena, layout, ({ bin, toServe }) =>
      Math.max(1, Math.ceil(toServe(headroom) / bin.capacity)),
    ),
}
