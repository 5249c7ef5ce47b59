import type { Desired, Receipt } from './port.ts'

/** One thing that was done, or refused, to a target. Never changed, and kept for years. */
export interface AuditEntry {
  readonly atMs: number
  /** A process, an API key's name or a person: who asked. */
  readonly actor: string
  readonly targetId: string
  readonly planVersion: string
  readonly idempotencyKey: string
  readonly fence: number
  readonly reason: string
  readonly before?: Desired
  readonly after: Desired
  readonly result: Receipt['effect'] | 'failed'
  /** The error's code and words, or a receipt's warnings. */
  readonly detail?: string
}

/** As it was written down; the id grows with time. */
export interface WrittenEntry extends AuditEntry {
  readonly id: number
}

export interface AuditQuery {
  readonly targetId?: string
  readonly planVersion?: string
  readonly fromMs?: number
  readonly toMs?: number
  /** Only entries with a smaller id. */
  readonly before?: number
  /** Newest first; at most 1000. */
  readonly limit?: number
}

export interface AuditLog {
  append(entry: AuditEntry): Promise<void>
  find(query: AuditQuery): Promise<readonly WrittenEntry[]>
  /** Everything of these targets from an instant on, newest first: ask for a short while only. */
  since(fromMs: number, targetIds: readonly string[]): Promise<readonly WrittenEntry[]>
  /** Drops what is older, and older than two years, which are kept whatever is asked. Says how many. */
  forget(beforeMs: number): Promise<number>
}
