export { accountWindow, type SettledIntensity, type WindowAccount } from './account-window.ts'
export { attributeSavings, type LeverSaving } from './attribute-savings.ts'
export { type Emitted, type SavedBand, savedBand } from './saved-band.ts'
