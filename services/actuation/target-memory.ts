import type { Desired } from './port.ts'

/** What we last told a target, kept on our side for those that cannot remember it themselves. */
export interface Remembered {
  readonly fence: number
  readonly planVersion: string
  readonly idempotencyKey: string
  /** The image from ahead of our first write since the last release; empty after one. */
  readonly before: Desired
  /** All we have told it since then, newest value of each field. */
  readonly applied: Desired
  readonly atMs: number
}

/** Write-ahead memory: an entry is made before the write it describes. */
export interface TargetMemory {
  recall(targetId: string): Promise<Remembered | undefined>
  /** The same of many, by target id. */
  recallAll(targetIds: readonly string[]): Promise<ReadonlyMap<string, Remembered>>
  /** Atomic. @returns false, unchanged, where a higher fence is already remembered */
  remember(targetId: string, entry: Remembered): Promise<boolean>
}
