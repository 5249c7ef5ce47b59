/** Ends a command with a code of its own; everything worth saying has been said. */
export class ExitWith extends Error {
  readonly code: number

  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}
