const RealDate = Date
let aheadMs = 0

/** Sets this process's clock so far ahead of the true one. Imported before what it is to deceive. */
export function setAhead(ms: number): void {
  aheadMs = ms
}

class HastyDate extends RealDate {
  constructor(...given: []) {
    if (given.length === 0) super(HastyDate.now())
    else super(...given)
  }
  static override now(): number {
    return RealDate.now() + aheadMs
  }
}
globalThis.Date = HastyDate as DateConstructor
