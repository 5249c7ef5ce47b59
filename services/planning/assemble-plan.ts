import { type Draft, startsOf } from './draft.ts'
import type { Instance } from './instance.ts'
import type { Assignment, BatchRun, Flow } from './plan.ts'
import { routeLoads } from './route-loads.ts'

/** What a draft says in the words of the problem: replicas, loads, flows and batch runs. */
export interface Assembled {
  readonly assignments: readonly Assignment[]
  readonly flows: readonly Flow[]
  readonly batch: readonly BatchRun[]
  /** Models and windows whose traffic does not fit: empty in a feasible draft. */
  readonly unserved: readonly { readonly model: number; readonly window: number }[]
}

/** Routes every model and window exactly and writes the result down. */
export function assemble(draft: Draft): Assembled {
  const assembled: MutableAssembled = { assignments: [], flows: [], batch: [], unserved: [] }
  for (let t = 0; t < draft.instance.windowCount; t++) {
    for (const m of draft.instance.models.keys()) assembleWindow(draft, m, t, assembled)
  }
  return assembled
}

interface MutableAssembled {
  readonly assignments: Assignment[]
  readonly flows: Flow[]
  readonly batch: BatchRun[]
  readonly unserved: { model: number; window: number }[]
}

function assembleWindow(draft: Draft, m: number, t: number, out: MutableAssembled): void {
  const { regionCount: R, problem } = draft.instance
  const routing = routeLoads(draft, m, t)
  if (routing.unserved > 0) out.unserved.push({ model: m, window: t })
  const interactive = new Float64Array(R)
  splitInteractive(draft, m, t, routing.flows, interactive, out.flows)
  splitBatch(draft, m, t, routing.flows, out.batch)
  const model = draft.instance.models[m]!
  const B = model.binCount
  for (let rank = 0; rank < B; rank++) {
    const b = draft.order[m]![t * B + rank]!
    const replicas = draft.replicas[m]![t * B + b]!
    if (replicas === 0) continue
    const region = model.region[b]!
    const tokensPerSecond = Math.min(interactive[region]!, routing.loads[b]!)
    interactive[region]! -= tokensPerSecond
    out.assignments.push({
      window: t,
      region: problem.regions[region]!.id,
      model: model.id,
      pointId: model.point[b]!.id,
      replicas,
      starts: startsOf(draft, m, t, b),
      tokensPerSecond,
      batchTokensPerSecond: routing.loads[b]! - tokensPerSecond,
    })
  }
}

/** Lanes back to origins: each keeps its share of its lane's traffic in every region. */
function splitInteractive(
  draft: Draft,
  m: number,
  t: number,
  laneFlows: Float64Array,
  interactive: Float64Array,
  flows: Flow[],
): void {
  const { instance } = draft
  const lanes = draft.lanes[m]!
  const { demand, id } = instance.problem.models[m]!
  for (const [s, { origins }] of instance.models[m]!.sources.entries()) {
    const lane = lanes.ofSource[s]!
    const laneRate = draft.rates[m]![t * lanes.count + lane]!
    for (const index of origins) {
      const { origin, tokensPerSecond: rates } = demand[index]!
      if (rates[t]! <= 0) continue
      const share = rates[t]! / laneRate
      for (const [r, region, tokensPerSecond] of sharesOf(instance, lane, share, laneFlows)) {
        interactive[r]! += tokensPerSecond
        flows.push({ window: t, model: id, origin, region, tokensPerSecond })
      }
    }
  }
}

type RegionShare = readonly [index: number, region: string, tokensPerSecond: number]

/** A share of a lane's traffic, region by region; those without any are left out. */
function sharesOf(
  { regionCount: R, problem }: Instance,
  lane: number,
  share: number,
  laneFlows: Float64Array,
): RegionShare[] {
  return problem.regions
    .map(({ id }, r): RegionShare => [r, id, share * laneFlows[lane * R + r]!])
    .filter(([, , tokensPerSecond]) => tokensPerSecond > 0)
}

function splitBatch(
  draft: Draft,
  m: number,
  t: number,
  laneFlows: Float64Array,
  runs: BatchRun[],
): void {
  const lanes = draft.lanes[m]!
  for (const [j, work] of draft.instance.problem.batch.entries()) {
    const rate = draft.batchRates[j]![t]!
    const lane = lanes.ofBatch[j]!
    if (lane < 0 || rate <= 0) continue
    const share = rate / draft.rates[m]![t * lanes.count + lane]!
    for (const [, region, tokensPerSecond] of sharesOf(draft.instance, lane, share, laneFlows)) {
      runs.push({ window: t, work: work.id, region, tokensPerSecond })
    }
  }
}
