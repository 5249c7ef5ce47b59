import { addReplicas, startCostAround } from './draft.ts'
import { insertReplicas, type Taste } from './insert-replicas.ts'
import { type Search, windowValue } from './search.ts'

/** One attempt touches a run of at most this many windows. */
const LONGEST_RUN = 24

/**
 * Takes a few replicas of one or two models away over a run of windows and puts the load back in
 * the cheapest way found; keeps the change only if the true objective falls.
 *
 * Ruin and recreate: Schrimpf et al., "Record Breaking Optimization Results Using the Ruin and
 * Recreate Principle", J. Comput. Phys. 159 (2000).
 *
 * @returns the objective saved, 0 when undone
 */
export function ruinAndRecreate(search: Search, aroundWindow: number): number {
  const { draft } = search
  const [from, to] = pickRun(search, aroundWindow)
  const models = pickModels(search)
  const region =
    models.length > 1 || search.random() < 0.5 ? pick(search, draft.instance.regionCount) : -1
  const taste: Taste = {
    priceWeight: search.random() < 0.3 ? 0 : search.random() * 1.2,
    noise: search.random() < 0.3 ? 0 : search.random() * 0.35,
  }
  const journal = models.map((m) => openJournal(search, m, from, to))
  const removed = journal.map((entry) => ruin(search, entry, region))
  if (!removed.includes(true)) return 0
  for (const entry of journal) insertReplicas(search, entry.m, from, to, taste, entry.touch)
  const saved = journal.reduce((sum, entry) => sum + entry.saved(), 0)
  if (saved > 1e-9) return saved
  for (const entry of journal) entry.undo()
  return 0
}

const pick = (search: Search, count: number): number => Math.floor(search.random() * count)

/** One model, and in a third of the attempts another beside it. */
function pickModels(search: Search): number[] {
  const { length } = search.draft.instance.models
  const first = pick(search, length)
  const other = search.random() < 0.35 ? pick(search, length) : first
  return other === first ? [first] : [first, other]
}

function pickRun(search: Search, around: number): [number, number] {
  const { groupFirst, groupLast, instance } = search.draft
  const dice = search.random()
  const length = dice < 0.35 ? 1 : Math.ceil(search.random() * (dice < 0.8 ? 6 : LONGEST_RUN))
  const from = Math.max(0, around - Math.floor(search.random() * length))
  const to = Math.min(instance.windowCount - 1, from + length - 1)
  return [groupFirst[from]!, groupLast[to]!]
}

interface Journal {
  readonly m: number
  readonly from: number
  readonly to: number
  readonly touch: (t: number, b: number) => void
  saved(): number
  undo(): void
}

/** Remembers what a change of model `m` in [from, to] did, to price it and to take it back. */
function openJournal(search: Search, m: number, from: number, to: number): Journal {
  const { draft } = search
  const model = draft.instance.models[m]!
  const B = model.binCount
  const counts = draft.replicas[m]!
  const saved = counts.slice(from * B, (to + 1) * B)
  const startsBefore = new Map<number, number>()
  const values = () => {
    let sum = 0
    for (let t = from; t <= to; t++) sum += windowValue(search, m, t)
    return sum
  }
  const before = values()
  return {
    m,
    from,
    to,
    touch(_, b) {
      if (!startsBefore.has(b)) startsBefore.set(b, startCostAround(draft, m, b, from, to))
    },
    saved() {
      let gain = before - values()
      for (const [b, cost] of startsBefore) gain += cost - startCostAround(draft, m, b, from, to)
      return gain
    },
    undo() {
      for (const b of startsBefore.keys()) {
        for (let t = from; t <= to; t++) {
          const change = saved[(t - from) * B + b]! - counts[t * B + b]!
          if (change !== 0) addReplicas(draft, m, t, b, change)
        }
      }
    },
  }
}

/** Removes one to three replicas, in `region` where given (-1: anywhere), over the whole run. */
function ruin(search: Search, journal: Journal, region: number): boolean {
  const { draft } = search
  const { m, from, to } = journal
  const model = draft.instance.models[m]!
  const B = model.binCount
  const counts = draft.replicas[m]!
  const at = from + pick(search, to - from + 1)
  const isRuinable = (b: number) =>
    counts[at * B + b]! > 0 && (region < 0 || model.region[b] === region)
  const bins = Array.from({ length: B }, (_, b) => b).filter(isRuinable)
  if (bins.length === 0) return false
  for (let round = 1 + pick(search, 3); round > 0; round--) {
    const b = bins[pick(search, bins.length)]!
    journal.touch(at, b)
    for (let t = Math.max(from, draft.frozenUntil + 1); t <= to; t++) {
      if (counts[t * B + b]! > 0) addReplicas(draft, m, t, b, -1)
    }
  }
  return true
}
