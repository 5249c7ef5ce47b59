export { overlayFleet } from './overlay-fleet.ts'
export type * from './port.ts'
