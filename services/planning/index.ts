export type * from './block.ts'
export { comingShares } from './coming-share.ts'
export { type Continued, continueBlocks } from './continue-blocks.ts'
export { coordinate } from './coordinate.ts'
export { type Deadline, NO_DEADLINE, TIME_SHARES } from './deadline.ts'
export type { PlanExplanation } from './explain-plan.ts'
export { explainPlan } from './explain-plan.ts'
export { holdUnlessWorth } from './hold-unless-worth.ts'
export type * from './linear-solver.ts'
export { mergeBlocks } from './merge-blocks.ts'
export type * from './plan.ts'
export { type PlanFigures, planFigures } from './plan-figures.ts'
export { planHorizon } from './plan-horizon.ts'
export { type LastPlan, type PlanPrices, planPrices } from './plan-prices.ts'
export { pricePlan } from './price-plan.ts'
export type * from './problem.ts'
export { random } from './random.ts'
export { solveBlock } from './solve-block.ts'
export { loadGlpk } from './solvers/glpk.ts'
export { loadHighs } from './solvers/highs.ts'
export {
  baselineAssignments,
  homeOf,
  type PointChoice,
  staticReplicas,
} from './static-baseline.ts'
export type { PlanCheck } from './verify-plan.ts'
export { verifyPlan } from './verify-plan.ts'
export {
  openWindowPlanner,
  type WindowAnswer,
  type WindowAsk,
  type WindowPlanner,
} from './window-planner.ts'
export { worthChanging } from './worth-changing.ts'
