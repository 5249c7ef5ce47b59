import { setTimeout } from 'node:timers/promises'

/** One place where a person can say stop. */
export interface StopSource {
  readonly name: string
  /** It needs nothing but this machine, so it is waited for even where that is slow. */
  readonly local?: boolean
  /** @returns why to stop, or undefined; a source that is away rejects */
  read(): Promise<string | undefined>
}

/** A source that can also be told. */
export interface StopSwitch extends StopSource {
  engage(why: string): Promise<void>
  disengage(): Promise<void>
}

/** A server that hangs must not keep the others from being heard within a cycle. */
const PATIENCE_MS = 1_000

/**
 * Stop, whoever says so: a file, the environment, the API. A source that is away or hangs cannot
 * veto the others, nor stop the fleet by being away: the file and the environment always answer.
 *
 * @returns why to stop, naming the source; undefined to go on
 */
export async function stopReason(
  sources: readonly StopSource[],
  patienceMs = PATIENCE_MS,
): Promise<string | undefined> {
  const answers = await Promise.all(
    sources.map(async ({ name, local, read }) => {
      const late = setTimeout(patienceMs, undefined, { ref: false })
      const why = await (local ? read() : Promise.race([read(), late])).catch(() => undefined)
      return why === undefined ? undefined : `stopped by ${name}: ${why}`
    }),
  )
  return answers.find((answer) => answer !== undefined)
}

/** While the source is away, what it said last still holds: a stop is not lifted by an outage. */
export function lastKnown(source: StopSource): StopSource {
  let last: string | undefined
  return {
    name: source.name,
    async read() {
      const reading = source.read().then((why) => {
        last = why
        return why
      })
      const late = setTimeout(PATIENCE_MS / 2, 'late' as const, { ref: false })
      return Promise.race([reading, late.then(() => last)]).catch(() => last)
    },
  }
}

/** From a variable's value, read once at start. */
export const environmentStop = (value: string | undefined): StopSource => ({
  name: 'environment',
  local: true,
  read: async () => (value === undefined || /^(|0|false|no)$/i.test(value) ? undefined : value),
})
