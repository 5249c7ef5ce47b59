export { type ApiOptions, buildApp } from './app.ts'
export { fleetPorts } from './fleet-ports.ts'
export { listenSafely } from './listen-safely.ts'
export type * from './ports.ts'
