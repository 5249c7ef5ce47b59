export { accountWindow, type Emitted, type WindowAccount } from './account-window.ts'
