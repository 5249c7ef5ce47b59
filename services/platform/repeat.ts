/**
 * Does `work` every so often, and never beside itself, by a clock that nobody sets: one that is set
 * back would otherwise hold it up for as long.
 *
 * @param work must not reject
 * @returns stops it, and waits for what is under way
 */
export function repeat(everyMs: number, work: () => Promise<unknown>): () => Promise<void> {
  let underWay: Promise<unknown> | undefined
  const timer = setInterval(() => {
    underWay ??= work().finally(() => {
      underWay = undefined
    })
  }, everyMs)
  return async () => {
    clearInterval(timer)
    await underWay
  }
}
