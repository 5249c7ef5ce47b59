import type { Arena, ArenaBin, ArenaModel } from './arena.ts'
import type { Knobs } from './policy.ts'

const NODE_GPUS = 8

/** W a token/s at full load, host share counted. */
const wattsPerToken = ({ fixedWatts, tokenJoules, capacity }: ArenaBin): number =>
  fixedWatts / capacity + tokenJoules

/**
 * By model and region: the one bin that a policy without a choice of layouts uses; -1 where the
 * model has none there. `free` is taken as right-sized.
 */
export function singleBins(arena: Arena, layout: Knobs['layout']): readonly Int32Array[] {
  const isBetter = layout === 'node' ? isWider : isThriftier
  return arena.models.map(({ bins }) => {
    const chosen = new Int32Array(arena.problem.regions.length).fill(-1)
    for (const [b, bin] of bins.entries()) {
      const known = bins[chosen[bin.region]!]
      if (!known || isBetter(bin, known)) chosen[bin.region] = b
    }
    return chosen
  })
}

/** By model: 1 for the bins that a policy may use. */
export function allowedBins(arena: Arena, layout: Knobs['layout']): readonly Uint8Array[] {
  if (layout === 'free') return arena.models.map(({ bins }) => new Uint8Array(bins.length).fill(1))
  return singleBins(arena, layout).map((chosen, m) => {
    const allowed = new Uint8Array(arena.models[m]!.bins.length)
    for (const b of chosen) if (b >= 0) allowed[b] = 1
    return allowed
  })
}

/** The rule of thumb: tensor parallel over a node, no pipeline, no cap, the largest batch. */
function isWider(a: ArenaBin, b: ArenaBin): boolean {
  const rank = ({ point: { variant } }: ArenaBin) => [
    variant.tensorParallel <= NODE_GPUS ? variant.tensorParallel : 0,
    -variant.pipelineParallel,
    variant.powerCapWatts ?? Number.POSITIVE_INFINITY,
    variant.maxBatch,
  ]
  const [own, other] = [rank(a), rank(b)]
  const at = own.findIndex((value, index) => value !== other[index])
  return at >= 0 && own[at]! > other[at]!
}

const isThriftier = (a: ArenaBin, b: ArenaBin): boolean => wattsPerToken(a) < wattsPerToken(b)

/** Regions that are home to some origin of a model. */
export const homesOf = ({ origins }: ArenaModel): readonly number[] =>
  [...new Set(origins.map(({ home }) => home))].filter((region) => region >= 0)
