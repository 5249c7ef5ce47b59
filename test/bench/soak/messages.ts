/** What a process of the service does by itself, beside what its queue has it do. */
export type Chore = 'rewind' | 'guard' | 'expire' | 'resume' | 'correct' | 'schedulers' | 'forget'

/** One cycle, and the clock that it is lived by. */
export interface Asked {
  readonly number: number
  /** How far its clock is to be ahead of the true one. */
  readonly aheadMs: number
  readonly chores: readonly Chore[]
  /** Whether its memory is looked at, after a collection. */
  readonly look: boolean
}

export interface Told {
  /** It is up and has made its first plan. */
  readonly url?: string
  /** A cycle is over; what is left in memory after a collection, if that was asked. */
  readonly memory?: (NodeJS.MemoryUsage & { readonly rssBefore: number }) | undefined
  readonly rows?: Readonly<Record<string, number>>
  readonly failed?: string
}
