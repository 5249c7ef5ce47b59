import type { Arena } from '../arena.ts'
import type { Controller, Decision, Knobs, Policy } from '../policy.ts'
import { homeScaler } from './home-scaler.ts'

/** Sized once, on the peak of the week before; never changed. */
function sizedOnce(arena: Arena, knobs: Knobs): Controller {
  const scaler = homeScaler(arena, knobs.layout, ({ bin, weekPeak }) =>
    Math.max(1, Math.ceil((knobs.headroom * weekPeak()) / bin.capacity)),
  )
  let decision: Decision | undefined
  return {
    close: scaler.close,
    decide(view) {
      decision ??= scaler.decide(view)
      return decision
    },
  }
}

/** What most fleets run: the baseline. It is not tuned, since the rule of thumb is not. */
export const staticRule: Policy = {
  id: 'static',
  title: 'Tensor parallel over the node, 1.2 times the last week’s peak, always on',
  source: 'rule of thumb; docs/accounting.md',
  kind: 'realisable',
  published: { headroom: 1.2, replanMinutes: 60, layout: 'node' },
  layouts: ['node'],
  open: sizedOnce,
}

export const peakProvisioned: Policy = {
  id: 'peak',
  title: 'The layout that draws least a token, for the last week’s peak, always on',
  source: 'static provisioning with the best layout',
  kind: 'realisable',
  published: {
    headroom: 1.2,
    replanMinutes: 60,
    layout: 'right-sized',
  },
  layouts: ['right-sized'],
  open: sizedOnce,
}
