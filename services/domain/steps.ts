/**
 * Work that pauses wherever it may wait, and ends with its result. The core knows no clock and no
 * event loop; who runs it decides what happens in the pauses.
 */
export type Steps<Result> = Generator<undefined, Result, void>

/** Runs work to its end, without a pause. */
export function finish<Result>(steps: Steps<Result>): Result {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}
