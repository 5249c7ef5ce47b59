import type { Instance } from './instance.ts'

/**
 * Traffic of one model by where it may go: sources and batch work with the same regions share a
 * lane. Fewest regions first, so that those with no choice are served before those with one.
 */
export interface Lanes {
  readonly count: number
  /** 1 where the lane may use the region, [lane * regionCount + region]. */
  readonly reaches: Uint8Array
  /** Lane of each source of the model. */
  readonly ofSource: Int32Array
  /** Lane of each batch work of the instance; -1 for other models' work. */
  readonly ofBatch: Int32Array
}

export function lanesOf(instance: Instance, m: number): Lanes {
  const { regionCount } = instance
  const sources = instance.models[m]!.sources.map(({ regions }) => regions)
  const works = instance.batch.map((work) =>
    work.model === m ? Int32Array.from(work.regions).sort() : undefined,
  )
  const sets = new Map<string, Int32Array>()
  for (const regions of [...sources, ...works]) if (regions) sets.set(regions.join(), regions)
  const ordered = [...sets.entries()].sort(([, a], [, b]) => a.length - b.length)
  const laneOf = new Map(ordered.map(([key], lane) => [key, lane]))
  const reaches = new Uint8Array(ordered.length * regionCount)
  for (const [lane, [, regions]] of ordered.entries()) {
    for (const region of regions) reaches[lane * regionCount + region] = 1
  }
  return {
    count: ordered.length,
    reaches,
    ofSource: Int32Array.from(sources, (regions) => laneOf.get(regions.join())!),
    ofBatch: Int32Array.from(works, (regions) => (regions ? laneOf.get(regions.join())! : -1)),
  }
}
