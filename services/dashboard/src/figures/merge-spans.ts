import type { Schemas } from '../../../client/index.ts'

export type PlanChange = Schemas['PlanDiff']['changes'][number]

/** The same change in windows that follow one another is one change over their whole span. */
export function mergeSpans(changes: readonly PlanChange[]): PlanChange[] {
  const merged = new Map<string, PlanChange[]>()
  for (const change of changes) {
    const { region, model, pointId, replicasBefore, replicasAfter } = change
    const key = JSON.stringify([region, model, pointId, replicasBefore, replicasAfter])
    const spans = merged.get(key) ?? []
    const last = spans.at(-1)
    if (last?.endMs === change.startMs) spans.splice(-1, 1, { ...last, endMs: change.endMs })
    else spans.push(change)
    merged.set(key, spans)
  }
  return [...merged.values()].flat().sort((a, b) => a.startMs - b.startMs)
}
