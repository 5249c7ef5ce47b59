import type { ComparedPolicy } from './compare.ts'

/** Ours and its controls: no rivals of ours. */
const OURS = ['gridtide', 'fixed-ranking', 'at-home']

/**
 * How much anybody could have gained, as shares of the strongest peer's carbon and of the rule of thumb's:
 * a bar above it no policy reaches here, however good.
 */
export interface Ceiling {
  /** The realisable policy with the least carbon of those that count, ours left out. */
  readonly strongestPeer: string
  /** What Gridtide emits less than that; negative: more. Absent where it does not count. */
  readonly gridtideLess?: number
  /** What the clairvoyant, with whole replicas, emits less than that. */
  readonly clairvoyantLess: number
  /** What the linear bound is below it: no policy that serves everything gains more. */
  readonly boundLess: number
  /** The clairvoyant and the bound against `static`. */
  readonly clairvoyantSaves: number
  readonly boundSaves: number
}

/** @returns undefined where the floors were not played, or no peer counts */
export function ceilingOf(compared: readonly ComparedPolicy[]): Ceiling | undefined {
  const named = (id: string) => compared.find(({ policy }) => policy === id)
  const peer = strongestPeer(compared)
  const [floor, reference, ours] = [named('clairvoyant'), named('static'), named('gridtide')]
  if (!peer || !reference || floor?.toBound === undefined) return undefined
  const boundG = floor.carbonG / floor.toBound
  return {
    strongestPeer: peer.policy,
    ...(ours?.counts && { gridtideLess: 1 - ours.carbonG / peer.carbonG }),
    clairvoyantLess: 1 - floor.carbonG / peer.carbonG,
    boundLess: 1 - boundG / peer.carbonG,
    clairvoyantSaves: 1 - floor.carbonG / reference.carbonG,
    boundSaves: 1 - boundG / reference.carbonG,
  }
}

export function strongestPeer(compared: readonly ComparedPolicy[]): ComparedPolicy | undefined {
  const rivals = compared.filter(
    ({ policy, kind, counts }) => counts && kind === 'realisable' && !OURS.includes(policy),
  )
  return rivals.toSorted((a, b) => a.carbonG - b.carbonG)[0]
}
