export { changesBetween, type PlanChange } from './diff-plans.ts'
export type * from './port.ts'
