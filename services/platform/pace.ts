import { setImmediate as breathe } from 'node:timers/promises'
import type { Steps } from '../domain/steps.ts'

/** Runs work to its end, letting requests and job locks have their turn at every pause. */
export async function pace<Result>(steps: Steps<Result>): Promise<Result> {
  let step = steps.next()
  while (!step.done) {
    await breathe()
    step = steps.next()
  }
  return step.value
}
