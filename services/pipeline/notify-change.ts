/** Delivers what is due of the outbox. */
export interface NotifyChangePorts {
  relay(abort: AbortSignal): Promise<unknown>
}

/** outbox -> signed webhooks. Called again by every tick, so a lost wake-up is no lost webhook. */
export const notifyChange = (ports: NotifyChangePorts, abort: AbortSignal): Promise<unknown> =>
  ports.relay(abort)
