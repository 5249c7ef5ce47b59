import type { Metrics } from './metrics.ts'

/** What jobs measure by themselves; the queue measures the runs of jobs where it is. */
const COUNTED = ['plannedWindows', 'webhooks'] as const
const SEEN = ['gridRung', 'modelBias', 'modelDrift'] as const

type Labels = Readonly<Record<string, string | number>>

/** Values of some metrics, as one process may tell another. */
export type Measured = readonly {
  readonly metric: (typeof COUNTED)[number] | (typeof SEEN)[number]
  readonly labels: Labels
  readonly value: number
}[]

/** @returns what was measured since this was last asked */
export async function takeMeasured(metrics: Metrics): Promise<Measured> {
  const taken = [...COUNTED, ...SEEN].map(async (metric) => {
    const { values } = await metrics[metric].get()
    metrics[metric].reset()
    return values.map(({ labels, value }) => ({ metric, labels: { ...labels }, value }))
  })
  return (await Promise.all(taken)).flat()
}

/** Adds what another process measured to what was measured here. */
export function addMeasured(metrics: Metrics, measured: Measured): void {
  for (const { metric, labels, value } of measured) {
    const known: {
      inc?(labels: Labels, by: number): void
      set?(labels: Labels, to: number): void
    } = metrics[metric]
    // A gauge can be counted up too.
    if (known.set) known.set(labels, value)
    else known.inc?.(labels, value)
  }
}
