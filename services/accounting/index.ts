export { accountWindow, type Emitted, type WindowAccount } from './account-window.ts'
export { attributeSavings, type LeverSaving } from './attribute-savings.ts'
