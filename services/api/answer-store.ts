export interface AnswerKey {
  readonly tenant: string
  /** What the caller sent as `Idempotency-Key`. */
  readonly key: string
}

export interface AnswerText {
  readonly status: number
  readonly body: string
  readonly etag?: string | undefined
}

export type StartedAnswer =
  /** It is ours to do. */
  | { readonly state: 'started' }
  /** Somebody is at it right now. */
  | { readonly state: 'under-way' }
  /** The same key came with another request before. */
  | { readonly state: 'other-request' }
  | ({ readonly state: 'answered' } & AnswerText)

/** What was answered to requests that carried a key, so that asking again does not do it again. */
export interface AnswerStore {
  /** Atomic: of two that begin at once, one starts. One that never finished may be begun again. */
  begin(
    request: AnswerKey & {
      readonly fingerprint: string
      readonly nowMs: number
      readonly abandonedBeforeMs: number
    },
  ): Promise<StartedAnswer>
  finish(key: AnswerKey, answer: AnswerText): Promise<void>
  /** Nothing was done: the key is free again. */
  abandon(key: AnswerKey): Promise<void>
  /** Forgets those begun before `beforeMs`. @returns how many */
  forget(beforeMs: number): Promise<number>
}
