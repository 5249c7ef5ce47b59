import { useEffect, useState } from 'preact/hooks'
import { answers, type Resource } from './answers.ts'
import { Failure } from './failure.ts'
import { currentKey } from './key.ts'
import { usePulse } from './live.tsx'

/**
 * Asks for something and asks again whenever the service says that something changed, and every
 * minute. What was shown stays until there is a newer answer; a screen that is come back to in
 * between asks for nothing.
 *
 * @param name says what is asked for; a change of it asks anew. Undefined asks for nothing
 */
export function useResource<Body>(
  name: string | undefined,
  load: () => Promise<Body>,
): Resource<Body> {
  const pulse = usePulse()
  const [, redraw] = useState(0)

  // `name` stands for `load`; `pulse` asks again
  useEffect(() => {
    if (name === undefined || isHeard(name, pulse)) return
    let gone = false
    void askedOnce(`${name} ${pulse}`, () => settle(name, pulse, load)).then(() => {
      if (!gone) redraw((count) => count + 1)
    })
    return () => {
      gone = true
    }
  }, [name, pulse])

  const known = name === undefined ? undefined : answers.get(name)
  return (known as Resource<Body> | undefined) ?? { state: 'loading' }
}

function isHeard(name: string, pulse: number): boolean {
  const known = answers.get(name)
  return known?.state === 'ready' && !known.failure && known.pulse === pulse
}

/** Several parts of a screen that ask for the same thing at once share one request. */
const underWay = new Map<string, Promise<void>>()

function askedOnce(question: string, ask: () => Promise<void>): Promise<void> {
  const asked = underWay.get(question) ?? ask().finally(() => underWay.delete(question))
  underWay.set(question, asked)
  return asked
}

async function settle(name: string, pulse: number, load: () => Promise<unknown>): Promise<void> {
  const key = currentKey()
  try {
    const body = await load()
    if (key === currentKey()) answers.set(name, { state: 'ready', body, atMs: Date.now(), pulse })
  } catch (error) {
    if (key !== currentKey()) return // what another key was told is not for this one
    const failure = error instanceof Failure ? error : new Failure('wrong', String(error))
    const before = answers.get(name)
    const keep = before?.state === 'ready' && failure.kind === 'away'
    answers.set(name, keep ? { ...before, failure } : { state: 'failed', failure })
  }
}
