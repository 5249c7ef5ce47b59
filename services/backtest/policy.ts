import type { LinearSolver } from '../planning/index.ts'
import type { Arena } from './arena.ts'

/** The freedom that every policy gets alike; what a published rule fixes is only its first choice. */
export interface Knobs {
  /** Capacity kept per expected token/s: 1.1 is a tenth more. */
  readonly headroom: number
  /** Minutes between two plans. */
  readonly replanMinutes: number
  /**
   * `node`: tensor parallel over a node. `right-sized`: the layout that draws least a token at full
   * load. `free`: any, where the rule can tell them apart.
   */
  readonly layout: 'node' | 'right-sized' | 'free'
  /**
   * Plan again at once when a model's last window used more than this share of its capacity; left
   * out, the policy waits for its time.
   */
  readonly guardUse?: number
}

/**
 * All that a policy may know in a window, a minute after it began. There is no way from here to the
 * future; `checkLeaks` makes sure that none is found around it.
 */
export interface View {
  /** Windows since the record began; the one that it decides in. */
  readonly window: number
  /** Windows until the policy is asked again, if nothing unexpected happens. */
  readonly periodWindows: number
  /** tokens/s of a model and origin: `ago` 1 is the window seen last, 2 the one before it. */
  readonly observed: (model: number, origin: number, ago: number) => number
  /** gCO2e/kWh expected over the period to come. */
  readonly expected: (region: number) => number
  /** gCO2e/kWh, mean of the year before. */
  readonly pastMean: (region: number) => number
  /** By model and arena bin: replicas asked for last. */
  readonly running: readonly Int32Array[]
}

export interface Decision {
  /** By model and arena bin. More than a pool holds is cut, in order of bins. */
  readonly replicas: readonly Int32Array[]
  /**
   * By model: bins in the order in which traffic fills them. Left out: each origin's own region
   * first, then the nearest, as a gateway without a plan does.
   */
  readonly order?: readonly Int32Array[]
}

export interface Controller {
  decide(view: View): Decision
  /** Frees what the controller holds. */
  close(): void
}

/** One published rule, or ours. */
export interface Policy {
  readonly id: string
  /** What it does, in one line. */
  readonly title: string
  /** Where the rule is published. */
  readonly source: string
  /** `oracle` sees the future and is a floor, not a choice. */
  readonly kind: 'realisable' | 'oracle'
  /** As published, where the tuning starts. */
  readonly published: Knobs
  /** Layouts that it may be tuned over. */
  readonly layouts: readonly Knobs['layout'][]
  open(arena: Arena, knobs: Knobs, solver: LinearSolver): Controller
}
