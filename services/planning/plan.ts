import type { Window } from '../domain/window.ts'

/** Replicas of one variant in one region and window. */
export interface Assignment {
  readonly window: number
  readonly region: string
  readonly model: string
  readonly pointId: string
  readonly replicas: number
  /** Replicas that start in this window. */
  readonly starts: number
  /** Interactive output tokens/s they carry. */
  readonly tokensPerSecond: number
  /** Deferrable output tokens/s on top. */
  readonly batchTokensPerSecond: number
}

/** Interactive traffic from one origin served in one region. */
export interface Flow {
  readonly window: number
  readonly model: string
  readonly origin: string
  readonly region: string
  readonly tokensPerSecond: number
}

/** Deferrable tokens of one work done in one region and window. */
export interface BatchRun {
  readonly window: number
  readonly work: string
  readonly region: string
  readonly tokensPerSecond: number
}

export interface Totals {
  readonly energyKwh: number
  readonly carbonG: number
  readonly costUsd: number
}

/** A promise that costs carbon: the limit, in words and numbers. */
export interface BindingLimit {
  readonly limit:
    | 'gpus'
    | 'latency'
    | 'min-replicas'
    | 'residency'
    | 'spare'
    | 'change-limit'
    | 'deadline'
    | 'carbon-budget'
  readonly region?: string
  readonly model?: string
  readonly gpu?: string
  readonly windows: readonly number[]
  /** Objective (gCO2e, for carbon) an hour saved by one more unit, where the solver knows it. */
  readonly shadowPriceG?: number
  readonly words: string
}

/** Immutable answer to one `PlanningProblem`. */
export interface Plan {
  readonly windows: readonly Window[]
  readonly assignments: readonly Assignment[]
  readonly flows: readonly Flow[]
  readonly batch: readonly BatchRun[]
  readonly predicted: Totals & { readonly carbonLowG: number; readonly carbonHighG: number }
  /** Tensor parallel over all GPUs of a node, provisioned for the peak, no shifting. */
  readonly baseline: Totals & { readonly name: string }
  /**
   * No feasible plan of this problem has a lower objective (grams, for a carbon objective; 0 for
   * others, where `objective.bound` says it). `gapRatio` = (value - bound) / value.
   */
  readonly bound: { readonly carbonG: number; readonly kind: string; readonly gapRatio: number }
  /** What was minimised, its value for this plan, and the proven bound on it, in its own unit. */
  readonly objective: {
    readonly unit: 'gCO2e' | 'kWh' | 'USD'
    readonly value: number
    readonly bound: number
  }
  readonly binding: readonly BindingLimit[]
  /** The deadline came before the search was over: it keeps every promise, but may be far from best. */
  readonly isCutShort?: boolean
  /** What became of the plan in force before; absent where there was none. */
  readonly change?: PlanChange
}

/** A schedule in force against a new one, in the unit of the plan's objective. */
export interface PlanChange {
  /** The schedule in force goes on: the new one was not worth the change. */
  readonly isKept: boolean
  /** The figures are absent where the schedule in force does not keep every promise any more. */
  readonly gain?: ChangeGain
  readonly words: string
}

/** What a new plan saves in running, and what it takes to change to it. */
export interface ChangeGain {
  readonly expected: number
  /** One-sided 90 %: forecast errors and traffic against it. */
  readonly atLeast: number
  /** Starts, overlap and the policy's own price; negative where keeping takes more of these. */
  readonly switchingCost: number
}

export type PlanOutcome =
  | { readonly status: 'planned'; readonly plan: Plan }
  | {
      /** A value, not an error: no plan keeps every promise. */
      readonly status: 'infeasible'
      readonly limit: BindingLimit['limit']
      readonly words: string
      /** The least change that would make a plan possible. */
      readonly relaxation: string
    }
