import { InvalidInput } from '../domain/errors.ts'

const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/

/**
 * A day alone is its midnight in UTC; a time needs its offset, or the answer depends on the machine.
 *
 * @param option the option's name, for the message
 * @throws InvalidInput
 */
export function instantOf(text: string, option: string): number {
  const instantMs = Date.parse(text)
  if (INSTANT.test(text) && !Number.isNaN(instantMs)) return instantMs
  throw new InvalidInput(
    `${option} ${text}: expected ISO 8601 with an offset, e.g. 2021-09-15T00:00Z`,
  )
}
