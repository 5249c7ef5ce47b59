import { HttpError } from '../http-error.ts'

/** The refusal of whoever calls too often. */
export const tooMany = (waitSeconds: number): HttpError =>
  new HttpError('RATE_LIMITED', `wait ${waitSeconds} s`, { 'retry-after': String(waitSeconds) })
