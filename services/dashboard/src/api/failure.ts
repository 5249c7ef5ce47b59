import type { Schemas } from '../../../client/index.ts'

type Problem = Schemas['Problem']

/** What a screen can do about a request that failed. */
export type FailureKind =
  /** Ask for a key. */
  | 'signed-out'
  /** Say which key would do. */
  | 'denied'
  /** There is no such thing (yet). */
  | 'missing'
  /** Try again later. */
  | 'away'
  /** The request was wrong, or something broke. */
  | 'wrong'

/** A refusal of the API, or no answer at all. */
export class Failure extends Error {
  readonly kind: FailureKind
  /** As the API said it; undefined where it could not be reached. */
  readonly problem: Problem | undefined

  constructor(kind: FailureKind, message: string, problem?: Problem) {
    super(message)
    this.kind = kind
    this.problem = problem
  }
}

const KIND_OF: Readonly<Record<number, FailureKind>> = {
  401: 'signed-out',
  403: 'denied',
  404: 'missing',
  429: 'away',
  502: 'away',
  503: 'away',
}

export function failureOf(status: number, problem: Problem | undefined): Failure {
  const words = problem?.detail ?? `HTTP ${status}`
  return new Failure(KIND_OF[status] ?? 'wrong', words, problem)
}
