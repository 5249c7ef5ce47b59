import { kgFromG } from '../../domain/units.ts'
import type { BacktestOutcome } from './outcome.ts'
import { escaped } from './svg.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** The most that anybody could have gained, and what it costs not to know the traffic. */
export function ceilingParagraph({ ceiling, priceOfNotKnowing: price }: BacktestOutcome): string {
  const capacity = `<p>Capacity-hours over traffic: ${price.clairvoyant.toFixed(2)} told the future, ${price.bestOfLevel.toFixed(2)} by the best rule that looks at the level of traffic (made in hindsight), ${price.flat.toFixed(2)} by the least flat head-room that keeps the promises (${price.flatHeadroom.toFixed(2)}, in hindsight).</p>`
  if (!ceiling) return capacity
  const { strongestPeer, gridtideLess } = ceiling
  const ours = gridtideLess === undefined ? '' : `Gridtide emits ${percent(gridtideLess)} less. `
  return `<p>Strongest peer that counts: ${escaped(strongestPeer)}. ${ours}The most that anybody could emit less than this peer is ${percent(ceiling.clairvoyantLess)} told the future with whole replicas, and ${percent(ceiling.boundLess)} by the linear bound; less than static, ${percent(ceiling.clairvoyantSaves)} and ${percent(ceiling.boundSaves)}.</p>${capacity}`
}

/** Both kinds of work in one total. */
export function wholeParagraph({ wholeWorkload: whole }: BacktestOutcome): string {
  if (!whole) return ''
  const { gridtideG, peersG, staticG, interactivePeer, deferrablePeer, peerLateJobs } = whole
  return `<section><h2>Whole workload</h2><p>Interactive and deferrable work of the first run together (${percent(whole.deferrableShare)} of the static total is deferrable): Gridtide, with regions of jobs free, ${kgFromG(gridtideG).toFixed(1)} kg; the best pair of published rules, ${escaped(interactivePeer)} and ${escaped(deferrablePeer)}, which leave jobs where they came in (${peerLateJobs} late), ${kgFromG(peersG).toFixed(1)} kg. ${percent(1 - gridtideG / peersG)} less, and ${percent(1 - gridtideG / staticG)} less than static with jobs run at once.</p></section>`
}
