/** What may be laid over the fleet file while the service runs. */
export type OverlayKind = 'model' | 'policy'

export interface Overlay {
  readonly kind: OverlayKind
  /** Of the model; a policy has the id `fleet`. */
  readonly id: string
  /** Starts at 2: what the fleet file says is revision 1. */
  readonly revision: number
  /** Fields that take the place of the fleet file's. */
  readonly value: Readonly<Record<string, unknown>>
  readonly changedBy: string
  readonly changedAtMs: number
}

export interface OverlayStore {
  /** All of a tenant, in order of kind and id. */
  list(tenant: string): Promise<readonly Overlay[]>
  /**
   * Writes, if the newest revision is still `overlay.revision - 1` (none at all for revision 2, or
   * for 1, where the fleet file does not have it either).
   *
   * @throws Conflict where somebody was faster
   */
  put(tenant: string, overlay: Overlay): Promise<void>
}

export interface DemandSlot {
  readonly startMs: number
  readonly endMs: number
  readonly tokensPerSecond: number
}

export interface PushedDemand {
  readonly model: string
  readonly origin: string
  /** `measured`: by the service itself, from metrics. */
  readonly kind: 'observed' | 'forecast' | 'measured'
  readonly slots: readonly DemandSlot[]
}

export type MeasuredDemand = Omit<PushedDemand, 'kind'>

export interface HighestRate {
  readonly model: string
  readonly origin: string
  readonly tokensPerSecond: number
}

/** Traffic that callers told us of. The newest word on a slot is the one kept. */
export interface PushedDemandStore {
  /**
   * @param seen revision that the model's traffic must still have; 0 where none was ever pushed
   * @returns the revision it has now
   * @throws Conflict where somebody was faster
   */
  push(tenant: string, demand: PushedDemand, atMs: number, seen?: number): Promise<number>
  /** Keeps what was measured. It is nobody's word, so the revision stays. */
  record(tenant: string, measured: MeasuredDemand, atMs: number): Promise<void>
  /** How often traffic was pushed for a model. */
  revision(tenant: string, model: string): Promise<number>
  /** Slots that overlap [fromMs, toMs), of one model or all, by model, origin, kind and time. */
  between(
    tenant: string,
    fromMs: number,
    toMs: number,
    model?: string,
  ): Promise<readonly PushedDemand[]>
  /** By model and origin: the highest rate of observed or measured slots that overlap [fromMs, toMs). */
  highestObserved(tenant: string, fromMs: number, toMs: number): Promise<readonly HighestRate[]>
  /** Forgets slots that ended before `beforeMs`. @returns how many */
  forget(beforeMs: number): Promise<number>
}
