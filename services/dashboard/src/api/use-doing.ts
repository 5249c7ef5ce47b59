import { useState } from 'preact/hooks'
import { Failure } from './failure.ts'
import { useLive } from './live.tsx'

/** How far something that a person asked for has come. */
export type Doing =
  | { readonly state: 'idle' }
  | { readonly state: 'busy' }
  | { readonly state: 'done'; readonly words: string }
  | { readonly state: 'failed'; readonly failure: Failure }

/**
 * Does something once it is told to, and has the page ask again for what it shows.
 *
 * @returns how far it is, and how to start: with a promise of what to say when it is done
 */
export function useDoing(): readonly [Doing, (work: () => Promise<string>) => void] {
  const [doing, setDoing] = useState<Doing>({ state: 'idle' })
  const { refresh } = useLive()
  const start = (work: () => Promise<string>) => {
    setDoing({ state: 'busy' })
    work().then(
      (words) => {
        setDoing({ state: 'done', words })
        refresh()
      },
      (error: unknown) => {
        const failure = error instanceof Failure ? error : new Failure('wrong', String(error))
        setDoing({ state: 'failed', failure })
      },
    )
  }
  return [doing, start]
}
