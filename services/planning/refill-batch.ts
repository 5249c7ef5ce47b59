import { fixedCost, tokenCost } from './bin-costs.ts'
import { addBatch } from './draft.ts'
import { fillLoads } from './fill-loads.ts'
import type { Search } from './search.ts'

/** Room for work in one window: tokens/s, and the objective of one token. */
interface Room {
  readonly window: number
  readonly tokensPerSecond: number
  readonly costPerToken: number
}

/**
 * Moves deferrable work into the cheapest room that today's replicas have. Room that a whole replica
 * could be saved in is charged that replica, so that work gathers where replicas run anyway and the
 * others empty. What finds no room keeps its old share.
 */
export function refillBatch(search: Search): void {
  for (const j of search.draft.instance.batch.keys()) refillWork(search, j)
}

function refillWork(search: Search, j: number): void {
  const { draft } = search
  const { tokens, first, deadline } = draft.instance.batch[j]!
  const old = draft.batchRates[j]!.slice()
  for (let t = first; t < deadline; t++) addBatch(draft, j, t, -old[t]!)
  const rooms: Room[] = []
  for (let t = first; t < deadline; t++) addRooms(search, j, t, rooms)
  rooms.sort((a, b) => a.costPerToken - b.costPerToken || a.window - b.window)
  const rest = place(search, j, rooms, tokens) / tokens
  if (rest <= 0) return
  for (let t = first; t < deadline; t++) addBatch(draft, j, t, rest * old[t]!)
}

/** Puts tokens into the rooms in their order. @returns tokens that found none */
function place({ draft }: Search, j: number, rooms: readonly Room[], tokens: number): number {
  let left = tokens
  for (const { window, tokensPerSecond } of rooms) {
    const seconds = draft.instance.windowSeconds[window]!
    const rate = Math.min(tokensPerSecond, left / seconds)
    if (rate <= 0) break
    addBatch(draft, j, window, rate)
    left -= rate * seconds
  }
  return Math.max(0, left)
}

/** Per bin in use where the work may run: the room in its last replica, and that in whole ones. */
function addRooms({ draft, filling }: Search, j: number, t: number, rooms: Room[]): void {
  const { instance } = draft
  const { model: m, regions } = instance.batch[j]!
  const model = instance.models[m]!
  const seconds = instance.windowSeconds[t]!
  fillLoads(draft, m, t, filling)
  for (let b = 0; b < model.binCount; b++) {
    const left = filling.left[b]!
    if (left <= 0 || !regions.includes(model.region[b]!)) continue
    const capacity = model.capacity[b]!
    const whole = Math.floor(left / capacity + 1e-9) * capacity
    const token = tokenCost(instance, model, t, b) / seconds
    const replica = fixedCost(instance, model, t, b) / capacity / seconds
    const room = (tokensPerSecond: number, costPerToken: number) =>
      tokensPerSecond > 0 && rooms.push({ window: t, tokensPerSecond, costPerToken })
    room(left - whole, token)
    room(whole, token + replica)
  }
}
