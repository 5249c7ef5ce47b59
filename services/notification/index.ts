export { appendEvents, EVENT_TYPES, type EventType, eventIdOf, type NewEvent } from './event.ts'
