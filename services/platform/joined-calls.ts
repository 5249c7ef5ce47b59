interface Call<Asked, Answer> {
  readonly asked: Asked
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/**
 * Makes many calls as one: who asks while one is under way waits for it to end, and is then asked
 * for together with all who did. Whoever asks alone is asked for at once. What fails, fails for all
 * that were asked for with it.
 *
 * @param askAll answers in the order of what is asked
 * @param atMost that are asked for at a time
 */
export function joinedCalls<Asked, Answer>(
  askAll: (asked: readonly Asked[]) => Promise<readonly Answer[]>,
  atMost = Number.POSITIVE_INFINITY,
): (asked: Asked) => Promise<Answer> {
  let waiting: Call<Asked, Answer>[] = []
  let busy = false

  async function askForAllWaiting(): Promise<void> {
    busy = true
    while (waiting.length > 0) {
      const calls = waiting.slice(0, atMost)
      waiting = waiting.slice(calls.length)
      try {
        const answers = await askAll(calls.map(({ asked }) => asked))
        for (const [index, { resolve }] of calls.entries()) resolve(answers[index] as Answer)
      } catch (error) {
        for (const { reject } of calls) reject(error)
      }
    }
    busy = false
  }

  return (asked) =>
    new Promise((resolve, reject) => {
      waiting.push({ asked, resolve, reject })
      if (!busy) void askForAllWaiting()
    })
}
