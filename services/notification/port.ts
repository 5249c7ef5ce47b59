import type { EventType } from './event.ts'

/** Who is told, and of what. */
export interface Endpoint {
  readonly id: string
  readonly url: string
  /** `whsec_` secrets, the newest first; each signs, so that a receiver may change over in peace. */
  readonly secrets: readonly string[]
  readonly events: readonly EventType[]
  readonly format: 'plain' | 'cloudevents'
  /** Host names and CIDR ranges inside the own network that may be called. */
  readonly allow: readonly string[]
  /** Set where the receiver is asked, before it is told anything, whether it wants that. */
  readonly consent?: {
    /** DNS name that says who we are. */
    readonly origin: string
    /** How many events a minute we should like to send. */
    readonly ratePerMinute?: number
  }
}

/** An event as it is in the outbox. */
export interface OutboxEvent {
  /** Its place among all events; grows without end, with gaps. */
  readonly sequence: number
  readonly id: string
  readonly type: EventType
  readonly subject: string
  readonly occurredAtMs: number
  readonly data: unknown
}

/** One event on its way to one endpoint. */
export interface Delivery {
  readonly id: number
  readonly endpoint: string
  readonly event: OutboxEvent
  /** This attempt included. */
  readonly attempts: number
}

export type Attempt =
  | { readonly status: 'delivered'; readonly httpStatus: number }
  | {
      /** `gone`: the receiver answered 410 and wants no more of this. */
      readonly status: 'failed' | 'gone'
      readonly httpStatus?: number
      readonly retryAfterSeconds?: number
      readonly error: string
    }

/** Makes one attempt to tell one endpoint of one event. Never throws for what the far side does. */
export interface Notifier {
  send(endpoint: Endpoint, event: OutboxEvent, nowMs: number): Promise<Attempt>
  /** How many events the endpoint agrees to be sent now; absent: as many as you like. */
  room?(endpoint: Endpoint, nowMs: number): Promise<number>
}

/** What an endpoint's recent failures mean for the next attempt. */
export interface Circuit {
  readonly failures: number
  readonly failingSinceMs: number
  /** No attempt before this instant. */
  readonly openUntilMs: number
  /** Why nothing is sent any more, until somebody enables it again. */
  readonly disabled?: string
}

/** What becomes of a delivery after an attempt. */
export interface Settlement {
  readonly attempt: Attempt
  readonly atMs: number
  readonly tookMs: number
  /** When to try again; undefined where this was the last attempt. */
  readonly dueAtMs?: number
}

export interface DeliveryRecord {
  readonly id: number
  readonly endpoint: string
  readonly eventId: string
  readonly eventType: EventType
  readonly status: 'due' | 'delivered' | 'dead'
  readonly dueAtMs: number
  readonly finishedAtMs?: number
  readonly attempts: readonly {
    readonly atMs: number
    readonly tookMs: number
    readonly httpStatus?: number
    readonly error?: string
  }[]
}

export interface DeliveryFilter {
  readonly endpoint?: string
  readonly status?: DeliveryRecord['status']
  /** Only deliveries with an id below this one. */
  readonly before?: number
  readonly limit: number
}

export type Replay =
  | { readonly eventIds: readonly string[] }
  /** By when they occurred, [fromMs, untilMs). */
  | { readonly fromMs: number; readonly untilMs: number }

/**
 * Events waiting to be told, and how the telling goes. Many processes may relay at once: a delivery
 * is leased to one of them, and comes back by itself where that one dies.
 */
export interface Outbox {
  /** Turns events not looked at yet into deliveries to each endpoint that wants them. */
  fanOut(endpoints: readonly Endpoint[], nowMs: number): Promise<number>
  /** Leases what is due for one endpoint: at most one event of each subject, the oldest. */
  claim(endpoint: string, nowMs: number, limit: number): Promise<readonly Delivery[]>
  settle(delivery: Delivery, settlement: Settlement): Promise<void>
  circuit(endpoint: string): Promise<Circuit | undefined>
  /**
   * What attempts came to: undefined closes the circuit; one that is disabled buries what was due, and
   * is told of. One that is disabled already stays as it is, whatever an attempt came to that was
   * under way meanwhile.
   */
  setCircuit(endpoint: string, circuit: Circuit | undefined, nowMs: number): Promise<void>
  /** Closes the circuit, a disabled one too. */
  enable(endpoint: string): Promise<void>
  /**
   * Gives up what nobody will tell: what is due to an endpoint that is disabled, or that has not been
   * among `endpoints` for a day. It can be replayed. Says how many.
   */
  bury(endpoints: readonly string[], nowMs: number): Promise<number>
  /**
   * Sends again what was sent, or given up, to one endpoint; says how many.
   *
   * @param onceId names the request: asked again, nothing more is sent
   */
  replay(endpoint: Endpoint, what: Replay, nowMs: number, onceId?: string): Promise<number>
  /** The delivery log, newest first. */
  deliveries(filter: DeliveryFilter): Promise<readonly DeliveryRecord[]>
  /** Deletes events that occurred before, unless a delivery is still due; says how many. */
  forget(beforeMs: number): Promise<number>
}
