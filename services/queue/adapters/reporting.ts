import { AppError, UpstreamUnavailable } from '../../domain/errors.ts'

/** The same as `reporting`, without what came of it. */
export async function reported(work: () => Promise<unknown>): Promise<void> {
  await reporting(work)
}

/**
 * Does what only the queue's server can fail at: payloads are checked before.
 *
 * @throws UpstreamUnavailable where it does
 */
export async function reporting<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError) throw error
    const { message } = error as Error
    throw new UpstreamUnavailable(message, { upstream: 'queue', cause: error })
  }
}
