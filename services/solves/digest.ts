import { createHash } from 'node:crypto'
import type { PlanningProblem } from '../planning/index.ts'

/** SHA-256 of a problem: the same digest has the same answer. */
export const digestOf = (problem: PlanningProblem): string =>
  createHash('sha256').update(JSON.stringify(problem)).digest('hex')
