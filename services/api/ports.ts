import type { Registry } from 'prom-client'
import type { WantedTarget } from '../actuation/index.ts'
import type { DeferredJob, NumberedJob } from '../deferred/index.ts'
import type { GridDesk } from '../grid/index.ts'
import type { KeyStore } from '../keys/index.ts'
import type { PushedDemand } from '../overlays/index.ts'
import type { RequestDesk } from '../pipeline/request-desk.ts'
import type { Asked, JobAnswer } from '../pipeline/submit-jobs.ts'
import type { Plan, PlanExplanation, PlanFigures } from '../planning/index.ts'
import type { PlanStore } from '../plans/index.ts'
import type { AnswerStore } from './answer-store.ts'
import type {
  DayLevers,
  PlanDesk,
  QueueDesk,
  RunInbox,
  SavingsReader,
  WebhookDesk,
} from './operations-ports.ts'
import type { Page } from './paging.ts'
import type { ActionView } from './schemas/action.ts'
import type { ModelFitView } from './schemas/fit.ts'
import type { ModelChange, ModelView } from './schemas/model.ts'
import type { PolicyChange, PolicyView } from './schemas/policy.ts'
import type { RegionView } from './schemas/region.ts'
import type { Simulation, SimulationRequest } from './schemas/simulation.ts'
import type { ModelSloView } from './schemas/slo.ts'
import type { StopView } from './schemas/stop.ts'
import type { DesiredReplicas, TargetView } from './schemas/target.ts'

/** All that the HTTP API asks of the rest of the service. Each method may throw an `AppError`. */
export interface ApiPorts {
  /**
   * What one tenant may see and change. The tenant comes from the credential alone, so no route can
   * reach another one's things. Undefined where nobody of that name is known.
   */
  tenant(id: string): TenantPorts | undefined
  /** Looked at by `/readyz`; none may take longer than a second. */
  readonly checks: readonly ReadinessCheck[]
  /** What `/metrics` prints; the API adds its own to it. */
  readonly metrics: Registry
  readonly keys: KeyStore
  /** Carbon intensity; `/v1/grid` is there only with it. The grid is the same for every tenant. */
  readonly grid?: GridDesk
  /** Names that clients of the Carbon Aware SDK use for places -> grid zone. */
  readonly gridLocations?: Readonly<Record<string, string>>
  /** Answers to POSTs that carried an `Idempotency-Key`. */
  readonly answers: AnswerStore
  /**
   * Calls that changed something and calls that were refused, for the audit log. Must not throw.
   *
   * @param tenant undefined where nobody could be told: the one that is served is to hear of it
   */
  record(tenant: string | undefined, entry: NewAuditEntry): void
}

export interface TenantPorts {
  readonly plans: PlanReader
  /** Why a plan is what it is, and what each lever adds where that was worked out. */
  explain(
    version: number,
    plan: Plan,
  ): Promise<PlanExplanation & { readonly levers?: DayLevers | undefined }>
  /** What follows from a plan, window by window. */
  figures(version: number, plan: Plan): Promise<PlanFigures>
  readonly regions: RegionReader
  readonly models: ModelStore
  /** How every model is doing against what it is promised. */
  slo(): Promise<readonly ModelSloView[]>
  /** How a model is fitted, run by run; undefined where it is not in the fleet. */
  fitOf(model: string): Promise<ModelFitView | undefined>
  readonly policy: PolicyStore
  readonly demand: DemandInbox
  readonly targets: TargetReader
  readonly actions: ActionReader
  readonly stop: StopControl
  readonly audit: AuditReader
  readonly events: EventReader
  readonly decisions: PlanDesk
  readonly savings: SavingsReader
  readonly webhooks: WebhookDesk
  readonly runs: RunInbox
  readonly queue: QueueDesk
  readonly batch: BatchInbox
  /** Files of requests and the batches that run them. */
  readonly requests: RequestDesk
  /** Plans as if, changes nothing. */
  simulate(request: SimulationRequest, abort: AbortSignal): Promise<Simulation>
}

/** Deferrable jobs. */
export interface BatchInbox {
  /** Takes jobs as they come and answers each, in order. */
  submit(jobs: AsyncIterable<Asked> | Iterable<Asked>): AsyncIterable<JobAnswer>
  get(id: string): Promise<DeferredJob | undefined>
  /** Newest first. */
  list(page: Page): Promise<readonly NumberedJob[]>
  /**
   * What if the deadline of a job that has not ended were another one; changes nothing.
   *
   * @throws NotFound | InvalidInput
   */
  simulate(id: string, deadlineMs: number): Promise<JobAnswer>
  /** @returns false where it has ended or is not there */
  cancel(id: string): Promise<boolean>
  /** @returns false where it has ended or is not there */
  report(id: string, workLeft: number): Promise<boolean>
}

export interface ReadinessCheck {
  /** E.g. `database`, `grid`, `plan`. */
  readonly name: string
  /** What it finds is told, and is no reason to send traffic elsewhere. */
  readonly advisory?: boolean
  /** Resolves to words on what is amiss, or to undefined. A rejection counts as amiss too. */
  look(): Promise<string | undefined>
}

/** The reading half of the plan store. */
export type PlanReader = Pick<PlanStore, 'current' | 'currentVersion' | 'get' | 'history'>

export interface RegionReader {
  list(): Promise<readonly RegionView[]>
}

/** A value and the revision it was read at; the first one is 1. */
export interface Revised<Value> {
  readonly revision: number
  readonly value: Value
}

/**
 * The revision that a writer has seen; `none` writes only what is not there yet. A write that finds
 * another one throws `Conflict` and changes nothing; over HTTP that is a 412.
 */
export type SeenRevision = number | 'none'

export interface ModelStore {
  list(): Promise<readonly Revised<ModelView>[]>
  get(id: string): Promise<Revised<ModelView> | undefined>
  /**
   * Lays the change over the fleet file, if the whole fleet is still valid with it.
   *
   * @throws Conflict | InvalidInput
   */
  put(id: string, model: ModelChange, seen: SeenRevision, by: string): Promise<Revised<ModelView>>
}

export interface PolicyStore {
  get(): Promise<Revised<PolicyView>>
  /** @throws Conflict | InvalidInput */
  put(policy: PolicyChange, seen: SeenRevision, by: string): Promise<Revised<PolicyView>>
}

export interface DemandInbox {
  /** Keeps observed or forecast traffic; a slot that is there already is replaced. */
  /**
   * @param seen revision that the model's traffic must still have, where the caller cares
   * @returns the revision it has now
   * @throws Conflict where somebody was faster
   */
  push(demand: PushedDemand, atMs: number, seen: number | undefined): Promise<number>
  /** What was pushed for a model and overlaps [fromMs, toMs), at which revision; 0 is none yet. */
  read(model: string, fromMs: number, toMs: number): Promise<Revised<readonly PushedDemand[]>>
}

export interface TargetReader {
  list(): Promise<readonly TargetView[]>
  /** What is asked of one target now, for autoscalers that pull; undefined where nothing is. */
  desired(id: string): Promise<DesiredReplicas | undefined>
  /** Everything of which something is asked now. */
  wanted(): Promise<readonly WantedTarget[]>
  /** The same, with how many there are where the backend tells. */
  wantedBesideCurrent(): Promise<readonly WantedTarget[]>
}

/** Which actions; what is left out matches all. `toMs` is exclusive. */
export interface ActionScope {
  readonly targetId?: string
  readonly planVersion?: string
  readonly fromMs?: number
  readonly toMs?: number
}

export interface ActionReader {
  /** Newest first. */
  history(scope: ActionScope, page: Page): Promise<readonly ActionView[]>
}

export type StillStopped = (now: StopView) => boolean

/** The kill switch. None of these needs the database to answer. */
export interface StopControl {
  read(): Promise<StopView>
  /**
   * @param still asked while nobody else can throw it, as long as the database answers
   * @throws Conflict where `still` says no; nothing is changed then
   */
  engage(why: string, still?: StillStopped): Promise<StopView>
  /** Takes back what was said here; another source may still say stop. @throws Conflict as above */
  disengage(still?: StillStopped): Promise<StopView>
}

export interface NewAuditEntry {
  readonly atMs: number
  /** Who: a key's name, a token's subject or a part of the service. */
  readonly actor: string
  /** What, e.g. `model.put`, `target.apply`, `call.denied`. */
  readonly action: string
  /** To what, e.g. `models/llama-70b`. */
  readonly subject: string
  readonly outcome: 'done' | 'denied' | 'failed'
  readonly words: string
}

export interface AuditEntry extends NewAuditEntry {
  /** Grows with time. */
  readonly id: number
}

export interface AuditReader {
  /** Newest first. */
  history(page: Page): Promise<readonly AuditEntry[]>
}

/** One line of what happens, in the words and numbering of the outbox. */
export interface ApiEvent {
  /** Grows without end; gaps are allowed. */
  readonly id: number
  /** E.g. `plan.changed`. */
  readonly type: string
  readonly atMs: number
  readonly data: unknown
}

export interface EventReader {
  /** The number of the newest event; 0 where there is none. */
  latest(): Promise<number>
  /** Whether the event of this number is (still) kept. */
  has(id: number): Promise<boolean>
  /** Oldest first, after `id`. */
  since(id: number, limit: number): Promise<readonly ApiEvent[]>
  /** Newest first. */
  history(page: Page): Promise<readonly ApiEvent[]>
}
