import { joules, kwhFromJoules } from '../domain/units.ts'
import type { Arena } from './arena.ts'
import {
  changeTargets,
  emptyState,
  type FleetState,
  servingMeanwhile,
  settle,
} from './fleet-state.ts'
import { emptyLedger, type Ledger } from './ledger.ts'
import type { Decision } from './policy.ts'
import { type GridRecord, windowsPerHour } from './record.ts'
import { newRouted, type Routed, route } from './route.ts'
import type { Truth } from './truth.ts'

/** What plays the world: it knows what came, and takes no advice. */
export interface World {
  readonly ledger: Ledger
  readonly state: FleetState
  /**
   * @param decision targets from now on; left out, those before stand
   * @param afterSeconds how far into the window the decision is made
   */
  step(window: number, decision?: Decision, afterSeconds?: number): void
  /** Whether any of a model's traffic found no room in the last window. */
  missed(model: number): boolean
}

interface Play {
  readonly arena: Arena
  readonly record: GridRecord
  readonly truth: Truth
  readonly ledger: Ledger
  readonly state: FleetState
  /** By model and origin: tokens that wait from the window before. */
  readonly backlog: readonly Float64Array[]
  readonly routed: readonly Routed[]
  readonly missed: Uint8Array
  /** By pool, GPU-seconds that something held in this window. */
  readonly held: Float64Array
}

export function openWorld(arena: Arena, record: GridRecord, truth: Truth): World {
  const hours = Math.ceil((record.windowCount - record.leadWindows) / windowsPerHour(record))
  const play: Play = {
    arena,
    record,
    truth,
    ledger: emptyLedger(arena.problem.regions.length, hours),
    state: emptyState(arena),
    backlog: arena.models.map(({ origins }) => new Float64Array(origins.length)),
    routed: arena.models.map(newRouted),
    missed: new Uint8Array(arena.models.length),
    held: new Float64Array(arena.pools.length),
  }
  let order: Decision['order']
  return {
    ledger: play.ledger,
    state: play.state,
    step(window, decision, afterSeconds = 0) {
      play.held.fill(0)
      const traffic = arena.models.map((_, m) => offeredTo(play, m, window))
      if (decision) {
        serveAll(play, window, traffic, order, afterSeconds)
        change(play, window, decision)
        order = decision.order
      }
      const left = record.windowSeconds - (decision ? afterSeconds : 0)
      serveAll(play, window, traffic, order, left)
      for (const m of arena.models.keys()) closeWindow(play, m, window, traffic[m]!)
      chargePools(play, window)
    },
    missed: (model) => play.missed[model] === 1,
  }
}

type Part = keyof Ledger['partsKwh']

/** Books IT energy of a region: PUE and what a kWh emitted come on top. */
function charge(play: Play, window: number, region: number, itJoules: number, part: Part): void {
  if (itJoules === 0) return
  const { ledger, record, arena } = play
  const kwh = arena.problem.regions[region]!.pue * kwhFromJoules(joules(itJoules))
  const carbonG = kwh * record.actual[region]![window]!
  const hour = Math.floor((window - record.leadWindows) / windowsPerHour(record))
  ledger.energyKwh += kwh
  ledger.carbonG += carbonG
  ledger.marginalG += kwh * (record.marginal?.[region]?.[window] ?? 0)
  ledger.partsKwh[part] += kwh
  const hourly = ledger.hourly[region]!
  hourly.energyKwh[hour]! += kwh
  hourly.carbonG[hour]! += carbonG
}

function change(play: Play, window: number, { replicas }: Decision): void {
  const { arena, state, ledger } = play
  const first = window === play.record.leadWindows
  const { startJoules, freedGpus, starts } = changeTargets(arena, state, replicas, first)
  ledger.starts += starts
  ledger.plans += 1
  for (const [region, needed] of startJoules.entries()) {
    charge(play, window, region, needed, 'start')
  }
  for (const [p, { region, parkedWatts }] of arena.pools.entries()) {
    if (arena.problem.regions[region]!.ownership === 'reserved') continue
    const seconds = arena.releaseSeconds[region]!
    charge(play, window, region, freedGpus[p]! * parkedWatts * seconds, 'parked')
  }
}

interface Traffic {
  /** By origin: tokens/s, those that waited from the window before in them. */
  readonly offered: Float64Array
  /** By origin: tokens, added to. */
  readonly served: Float64Array
}

function offeredTo({ arena, record, backlog }: Play, m: number, window: number): Traffic {
  const { origins } = arena.models[m]!
  const offered = Float64Array.from(origins, (_, o) => {
    return record.demand[m]![o]![window]! + backlog[m]![o]! / record.windowSeconds
  })
  return { offered, served: new Float64Array(origins.length) }
}

/** Part of a window: of each model what served before until its change is done, then the target. */
function serveAll(
  play: Play,
  window: number,
  traffic: readonly Traffic[],
  order: Decision['order'],
  seconds: number,
): void {
  const { arena, state, held } = play
  if (seconds <= 0) return
  for (const [m, { bins }] of arena.models.entries()) {
    const phase = { ...traffic[m]!, order: order?.[m] }
    const waiting = Math.min(state.waitSeconds[m]!, seconds)
    const meanwhile = Int32Array.from(bins, (_, b) => servingMeanwhile(arena, state, m, b))
    if (waiting > 0) {
      serve(play, m, window, meanwhile, { ...phase, seconds: waiting })
      for (const [b, { pool, gpus }] of bins.entries()) {
        const starting = Math.max(0, state.target[m]![b]! - meanwhile[b]!)
        held[pool]! += gpus * starting * waiting
      }
    }
    const after = seconds - waiting
    if (after > 0) serve(play, m, window, state.target[m]!, { ...phase, seconds: after })
  }
  settle(state, seconds)
}

function closeWindow(play: Play, m: number, window: number, { served }: Traffic): void {
  const { record, ledger } = play
  const backlog = play.backlog[m]!
  let late = 0
  for (const [o, tokens] of served.entries()) {
    const came = record.demand[m]![o]![window]! * record.windowSeconds
    const lost = Math.max(0, backlog[o]! - tokens)
    const delayed = Math.max(0, came - Math.max(0, tokens - backlog[o]!))
    // First come, first served: who already waited a window is served first, or gives up.
    backlog[o] = delayed > 1e-6 * came ? delayed : 0
    ledger.tokens += came
    ledger.lostTokens += lost
    late += backlog[o]!
  }
  ledger.lateTokens += late
  ledger.modelWindows += 1
  ledger.missedWindows += late > 0 ? 1 : 0
  play.missed[m] = late > 0 ? 1 : 0
}

interface Phase extends Traffic {
  readonly order: Int32Array | undefined
  readonly seconds: number
}

function serve(play: Play, m: number, window: number, counts: Int32Array, phase: Phase): void {
  const { arena, truth, ledger, record } = play
  const { offered, served, order, seconds } = phase
  const model = arena.models[m]!
  const routed = play.routed[m]!
  route(model, counts, offered, order, routed)
  ledger.latencyTokenMs += routed.latency * seconds
  for (const o of model.origins.keys()) {
    served[o]! += (offered[o]! - routed.unserved[o]!) * seconds
  }
  const hour = Math.floor((window - record.leadWindows) / windowsPerHour(record))
  for (const [b, bin] of model.bins.entries()) {
    const count = counts[b]!
    if (count === 0) continue
    play.held[bin.pool]! += bin.gpus * count * seconds
    charge(play, window, bin.region, bin.fixedWatts * count * seconds, 'idle')
    const tokens = routed.loads[b]! * seconds
    charge(play, window, bin.region, truth.tokenJoules[m]![b]! * tokens, 'load')
    ledger.hourly[bin.region]!.tokens[hour]! += tokens
  }
}

/** What GPUs cost besides their work: parked draw, rent and manufacture. */
function chargePools(play: Play, window: number): void {
  const { arena, ledger, held, record } = play
  for (const [p, pool] of arena.pools.entries()) {
    const reserved = arena.problem.regions[pool.region]!.ownership === 'reserved'
    const all = pool.count * record.windowSeconds
    if (reserved) {
      charge(play, window, pool.region, Math.max(0, all - held[p]!) * pool.parkedWatts, 'parked')
    }
    const hours = held[p]! / 3600
    ledger.gpuHours += hours
    ledger.embodiedG += hours * pool.embodiedGPerHour
    ledger.costUsd += (reserved ? all / 3600 : hours) * pool.priceUsdPerHour
  }
}
