/** What a process of the service does by itself, beside what its queue has it do. */
export type Chore = 'rewind' | 'guard' | 'expire' | 'resume' | 'correct' | 'schedulers' | 'forget'

/** One cycle, and the clock that it is lived by. */
export interface Asked {
  readonly number: number
  /** How far its clock is to be ahead of the true one. */
  readonly aheadMs: number
  readonly chores: readonly Chore[]
}

export interface Told {
  /** It is up and has made its first plan. */
  readonly url?: string
  /** A cycle is over. */
  readonly memory?: NodeJS.MemoryUsage
  readonly rows?: Readonly<Record<string, number>>
  readonly failed?: string
}
