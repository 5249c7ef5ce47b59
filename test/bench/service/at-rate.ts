/**
 * Asks `total` times, each when it is due, whether or not those before were answered.
 *
 * @param ask with the instant it was due, of `performance.now()`
 * @returns all answers
 */
export async function atRate<Answer>(
  ratePerSecond: number,
  total: number,
  ask: (dueMs: number) => Promise<Answer>,
): Promise<Answer[]> {
  const asked: Promise<Answer>[] = []
  const startMs = performance.now()
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, ((performance.now() - startMs) * ratePerSecond) / 1000)
      while (asked.length < due) asked.push(ask(startMs + (asked.length * 1000) / ratePerSecond))
      if (asked.length < total) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
  return Promise.all(asked)
}
