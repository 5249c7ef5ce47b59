import { type FieldIssue, InvalidInput } from '../domain/errors.ts'

export interface ThreadRequest {
  readonly module: string
  readonly input: unknown
}
/** Classes do not survive the way out of a thread, so the one error that callers act on is data. */
export type ThreadAnswer =
  | { readonly status: 'done'; readonly output: unknown }
  | {
      readonly status: 'invalid'
      readonly message: string
      readonly issues: readonly FieldIssue[]
    }

/** Nothing to do: it has a pool start the thread that it lacks. */
export const wake = (): ThreadAnswer => ({ status: 'done', output: undefined })

/** What every thread runs: loads the module, once, and calls its `task`. */
export async function runTask({ module, input }: ThreadRequest): Promise<ThreadAnswer> {
  const { task } = (await import(module)) as { task: (input: unknown) => unknown }
  try {
    return { status: 'done', output: await task(input) }
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return { status: 'invalid', message: error.message, issues: error.issues }
  }
}
