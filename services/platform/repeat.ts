/**
 * Does `work` every so often, and never beside itself, by a clock that nobody sets: one that is set
 * back would otherwise hold it up for as long. What fails is done again in its turn.
 *
 * @param failed told of what `work` throws
 * @returns stops it, and waits for what is under way
 */
export function repeat(
  everyMs: number,
  work: () => Promise<unknown>,
  failed: (error: Error) => void,
): () => Promise<void> {
  const attempt = async () => {
    try {
      await work()
    } catch (error) {
      failed(error as Error)
    }
  }
  let underWay: Promise<void> | undefined
  const timer = setInterval(() => {
    underWay ??= attempt().finally(() => {
      underWay = undefined
    })
  }, everyMs)
  return async () => {
    clearInterval(timer)
    await underWay
  }
}
