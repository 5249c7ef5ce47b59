import type { LedgerDay, LeverRecord } from '../ledger/index.ts'
import type {
  Attempt,
  Circuit,
  DeliveryFilter,
  DeliveryRecord,
  Replay,
} from '../notification/index.ts'
import type { PlanDecision, StoredPlan } from '../plans/index.ts'
import type { DeadJob, JobCounts, JobName } from '../queue/index.ts'
import type { Page } from './paging.ts'

/** What people decide of plans. */
export interface PlanDesk {
  /** @throws NotFound | Conflict */
  decide(version: number, decision: Omit<PlanDecision, 'atMs'>): Promise<StoredPlan>
  /**
   * @param ask its `onceId` names the request, so that asked again it makes no second plan
   * @throws NotFound | Conflict
   */
  rollBack(
    version: number,
    ask: Pick<PlanDecision, 'by' | 'words'> & { readonly onceId?: string | undefined },
  ): Promise<StoredPlan>
}

/** The last word of a day on what each lever adds. */
export type DayLevers = Omit<LeverRecord, 'problemDigest'>

export type SavingsDay = LedgerDay & { readonly levers?: DayLevers }

/** What was used, emitted and saved. */
export interface SavingsReader {
  /** Days of UTC that begin in [fromMs, toMs), oldest first; days without a settled window are absent. */
  days(fromMs: number, toMs: number): Promise<readonly SavingsDay[]>
  /** Whether carbon of manufacturing is in the figures. */
  embodiedCounted(): Promise<boolean>
}

export interface EndpointView {
  readonly id: string
  /** Without its query, which may hold a token. */
  readonly url: string
  readonly events: readonly string[]
  readonly format: string
  readonly circuit?: Circuit
}

/** Subscribers and what was delivered to them. Each method on one endpoint throws NotFound. */
export interface WebhookDesk {
  list(): Promise<readonly EndpointView[]>
  /** Newest first. */
  deliveries(filter: DeliveryFilter): Promise<readonly DeliveryRecord[]>
  /** Sends again; says how many. Under one `onceId` that is done once. */
  replay(endpoint: string, what: Replay, onceId: string | undefined): Promise<number>
  /** Under one `onceId` the receiver sees one id. */
  ping(endpoint: string, onceId: string | undefined): Promise<Attempt>
  /** Closes the circuit of an endpoint, a disabled one too. */
  enable(endpoint: string): Promise<void>
}

export interface UploadedRuns {
  readonly id: number
  readonly model: string
  readonly runs: number
  readonly uploadedAtMs: number
  readonly uploadedBy: string
}
export interface NewRuns {
  readonly format: 'csv' | 'aiconfigurator'
  readonly text: string
}

/** Measured runs that callers sent; the model is fitted anew on each change. */
export interface RunInbox {
  /** Newest first. */
  list(page: Page): Promise<readonly UploadedRuns[]>
  /** @throws InvalidInput where nothing of it can be read */
  upload(
    model: string,
    runs: NewRuns,
    by: string,
  ): Promise<UploadedRuns & { readonly leftOut: readonly { row: number; reason: string }[] }>
  /** @throws NotFound */
  remove(id: number): Promise<void>
}

/** How the work is going. */
export interface QueueDesk {
  health(): Promise<readonly ({ readonly job: JobName } & JobCounts)[]>
  /** Newest first. */
  dead(job: JobName, limit: number): Promise<readonly DeadJob[]>
  /** @throws NotFound */
  revive(job: JobName, id: string): Promise<void>
}
