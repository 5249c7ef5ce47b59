import { threadId } from 'node:worker_threads'
import { InvalidInput } from '../../services/domain/errors.ts'

/** For a machine that does other things; whoever spins until then was never told to stop. */
const SPIN_MS = 60_000

type Input =
  | { readonly add: readonly number[]; readonly summed?: Int32Array }
  | { readonly spin: Int32Array }
  | { readonly fail: string }

/**
 * Something to do in a thread: adds, spins, or fails. One that spins says in the first number of
 * `spin` that it has begun, and ends once the second is 1; `summed` becomes 1 once it has added.
 */
export function task(input: Input): unknown {
  if ('fail' in input) {
    if (input.fail === 'invalid')
      throw new InvalidInput('not a number', [{ path: '/x', message: 'is' }])
    throw new RangeError(input.fail)
  }
  if ('spin' in input) return spun(input.spin)
  const sum = input.add.reduce((total, value) => total + value, 0)
  if (input.summed) {
    Atomics.store(input.summed, 0, 1)
    Atomics.notify(input.summed, 0)
  }
  return { sum, threadId }
}

function spun(spin: Int32Array): string {
  Atomics.store(spin, 0, 1)
  const endMs = performance.now() + SPIN_MS
  while (Atomics.load(spin, 1) === 0) if (performance.now() > endMs) return 'in vain'
  return 'as told'
}
