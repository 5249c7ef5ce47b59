export { appendEvents, EVENT_TYPES, type EventType, eventIdOf, type NewEvent } from './event.ts'
export { pingEndpoint } from './ping-endpoint.ts'
export type * from './port.ts'
export { type RelayPorts, type RelayReport, relayOutbox } from './relay-outbox.ts'
