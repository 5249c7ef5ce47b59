import { threadId } from 'node:worker_threads'
import { InvalidInput } from '../../services/domain/errors.ts'

type Input =
  | { readonly add: readonly number[] }
  | { readonly spinMs: number }
  | { readonly fail: string }

/** Something to do in a thread: adds, spins, or fails. */
export function task(input: Input): unknown {
  if ('fail' in input) {
    if (input.fail === 'invalid')
      throw new InvalidInput('not a number', [{ path: '/x', message: 'is' }])
    throw new RangeError(input.fail)
  }
  if ('spinMs' in input) {
    const endMs = performance.now() + input.spinMs
    while (performance.now() < endMs);
    return 'spun'
  }
  return { sum: input.add.reduce((sum, value) => sum + value, 0), threadId }
}
