/** Undoes what was started. */
export type Stop = () => Promise<unknown>

/** What a long bench says as it goes; its result alone goes to standard output. */
export const tell = (words: string): void => console.error(`${new Date().toISOString()} ${words}`)

/** Stops what was started, last first, all of it, whatever fails: nothing is left running. */
export async function stopAll(started: readonly Stop[]): Promise<void> {
  for (const stop of started.toReversed()) await stop().catch((error) => tell(String(error)))
}
