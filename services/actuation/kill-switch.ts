/** One place where a person can say stop. */
export interface StopSource {
  readonly name: string
  /** @returns why to stop, or undefined; a source that is away rejects */
  read(): Promise<string | undefined>
}

/**
 * Stop, whoever says so: a file, the environment, the API. A source that is away cannot veto the
 * others, nor stop the fleet by being away: the file and the environment always answer.
 *
 * @returns why to stop, naming the source; undefined to go on
 */
export async function stopReason(sources: readonly StopSource[]): Promise<string | undefined> {
  const answers = await Promise.all(
    sources.map(async ({ name, read }) => {
      const why = await read().catch(() => undefined)
      return why === undefined ? undefined : `stopped by ${name}: ${why}`
    }),
  )
  return answers.find((answer) => answer !== undefined)
}

/** From a variable's value, read once at start. */
export const environmentStop = (value: string | undefined): StopSource => ({
  name: 'environment',
  read: async () => (value === undefined || /^(|0|false|no)$/i.test(value) ? undefined : value),
})
