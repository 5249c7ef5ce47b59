export type * from './plan.ts'
export type * from './problem.ts'
