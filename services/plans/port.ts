import type { CarbonBasis, CarbonQuality, CarbonSignal } from '../domain/carbon-series.ts'
import type { NewEvent } from '../notification/index.ts'
import type { PlanOutcome } from '../planning/index.ts'

/** How far the carbon numbers of one zone could be trusted when the plan was made. */
export interface ZoneInput {
  readonly zone: string
  readonly source: string
  readonly signal: CarbonSignal
  readonly basis: CarbonBasis
  /** Absent for means of the past. */
  readonly issuedAtMs?: number
  readonly quality: CarbonQuality
  /** Why it is no better, where it is not `live`. */
  readonly reason?: string
}

export interface PlanDraft {
  readonly fleetHash: string
  /** Digest of the whole problem: the same digest has the same answer. */
  readonly problemDigest: string
  readonly createdAtMs: number
  /** After this instant backends ramp to their safe state. */
  readonly validUntilMs: number
  readonly outcome: PlanOutcome
  readonly inputs: { readonly zones: readonly ZoneInput[] }
  /** Nothing acts on it before somebody has approved it. */
  readonly needsApproval?: boolean
}

/** What somebody decided of a plan that needs approval. */
export interface PlanDecision {
  readonly decision: 'approved' | 'rejected'
  readonly by: string
  readonly atMs: number
  readonly words: string
}

/**
 * `automatic` plans act by themselves; `pending` ones wait for somebody, and are overtaken by the
 * next one that is approved.
 */
export type PlanApproval = 'automatic' | 'pending' | 'approved' | 'rejected'

/** Never changed once saved. `version` only ever grows: it is the fencing token of every action. */
export interface StoredPlan extends Omit<PlanDraft, 'needsApproval'> {
  readonly version: number
  readonly approval: PlanApproval
  /** Absent while nobody has decided, or has to. */
  readonly decided?: PlanDecision
}

export type PlanSummary = Omit<StoredPlan, 'outcome' | 'inputs'> & {
  readonly status: PlanOutcome['status']
}

export type SaveResult =
  | { readonly status: 'saved'; readonly plan: StoredPlan }
  /** Somebody else saved first. Look at the current plan, then decide again. */
  | { readonly status: 'stale'; readonly currentVersion: number }

export interface SaveOptions {
  /** The version that the draft was made to follow; 0 where there was none. */
  readonly ifVersion: number
  /** Told to subscribers if, and only if, the plan is saved. */
  readonly events: (version: number) => readonly NewEvent[]
  /** Approved in the moment it is saved, e.g. by whoever rolled back to it. */
  readonly decided?: PlanDecision
  /** Names the request that asks for it: asked again, the plan that it made is the answer. */
  readonly onceId?: string | undefined
}

/**
 * Every plan ever made. One writer wins: of two drafts that follow the same version the second is
 * refused. A plan and its events are one transaction.
 */
export interface PlanStore {
  save(draft: PlanDraft, options: SaveOptions): Promise<SaveResult>
  /** The plan in force: the newest that needs no approval, or has it. */
  current(): Promise<StoredPlan | undefined>
  /** Of the plan in force its version alone; which says all, as a plan in force never changes. */
  currentVersion(): Promise<number | undefined>
  /** The newest plan, whatever anybody thinks of it: the next draft has to follow this one. */
  newest(): Promise<StoredPlan | undefined>
  /**
   * Writes down what somebody decided of a plan that waits for it, with its events. The same
   * decision again changes nothing.
   *
   * @throws NotFound; Conflict where it does not wait, or a newer one is in force
   */
  decide(version: number, decision: PlanDecision, events: readonly NewEvent[]): Promise<StoredPlan>
  /** @throws NotFound */
  get(version: number): Promise<StoredPlan>
  /**
   * Newest first.
   *
   * @param before a version: the page starts below it
   */
  history(page: {
    readonly before?: number
    readonly limit: number
  }): Promise<readonly PlanSummary[]>
  /**
   * Makes every later version greater than `seen`: for a store that lost its history while targets
   * still carry the versions they were last set by.
   */
  liftVersionsAbove(seen: number): Promise<void>
  /** Forgets plans made before `beforeMs`, the current one excepted; says how many. */
  forget(beforeMs: number): Promise<number>
}
