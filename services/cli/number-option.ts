import { InvalidInput } from '../domain/errors.ts'

/**
 * The number that an option of the command line carries.
 *
 * @param option as typed, e.g. `--tpot`
 * @throws InvalidInput where it is not above 0
 */
export function positiveNumber(option: string, text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidInput(`${option} ${text}: expected a number above 0`)
}

/** The same for what is counted. @throws InvalidInput where it is not a whole number above 0 */
export function positiveCount(option: string, text: string): number {
  const value = positiveNumber(option, text)
  if (Number.isInteger(value)) return value
  throw new InvalidInput(`${option} ${text}: expected a whole number`)
}
