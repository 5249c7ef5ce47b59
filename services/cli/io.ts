import type { Readable, Writable } from 'node:stream'

/** What a command may touch. Handed in, so that tests see every byte and no real clock. */
export interface CliIo {
  /** Data goes here. */
  readonly out: (text: string) => void
  /** Talk goes here. */
  readonly err: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly nowMs: () => number
  readonly isTty: boolean
  /** Fires where nobody reads `out` any more: no use in going on for whoever would for ever. */
  readonly unheard?: AbortSignal
  /** Where somebody can be asked; absent in pipes. */
  readonly terminal?: { readonly input: Readable; readonly output: Writable }
}
