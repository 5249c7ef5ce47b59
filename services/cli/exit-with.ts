import { EXIT_CODES } from './exit-codes.ts'

/** Ends a command with a code of its own; everything worth saying has been said. */
export class ExitWith extends Error {
  readonly code: number

  constructor(why: keyof typeof EXIT_CODES) {
    super(why)
    this.code = EXIT_CODES[why].code
  }
}
