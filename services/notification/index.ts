export { appendEvents, eventIdOf, type NewEvent } from './event.ts'
export { pingEndpoint } from './ping-endpoint.ts'
export type * from './port.ts'
export { outboxRelay } from './relay-outbox.ts'
