import { type ComponentChildren, createContext } from 'preact'
import { useContext, useEffect, useMemo, useState } from 'preact/hooks'
import { forgetAnswers } from './answers.ts'
import { followEvents, type Line } from './events.ts'
import { onKeyChange } from './key.ts'

interface Live {
  /** How the event stream is. */
  readonly line: Line
  /** Grows whenever it is time to ask again. */
  readonly pulse: number
  /** The type of the last event, for whoever listens rather than looks. */
  readonly lastEvent: string | undefined
  /** Asks again now. */
  refresh(): void
}

const LiveContext = createContext<Live>({
  line: 'connecting',
  pulse: 0,
  lastEvent: undefined,
  refresh() {},
})

/** For what no event announces: a number that grows old, a target that moves. */
const REFRESH_MS = 60_000

/** Keeps all below it in step with the service. */
export function LiveProvider({ children }: { readonly children: ComponentChildren }) {
  const [line, setLine] = useState<Line>('connecting')
  const [pulse, setPulse] = useState(0)
  const [lastEvent, setLastEvent] = useState<string>()
  const [keyCount, setKeyCount] = useState(0)

  useEffect(
    () =>
      onKeyChange(() => {
        forgetAnswers()
        setKeyCount((count) => count + 1)
        setPulse((count) => count + 1)
      }),
    [],
  )
  useEffect(() => {
    const timer = setInterval(() => setPulse((count) => count + 1), REFRESH_MS)
    return () => clearInterval(timer)
  }, [])
  // another key is another stream
  useEffect(() => {
    const refresh = () => setPulse((count) => count + 1)
    const onEvent = (type: string) => {
      setLastEvent(type)
      refresh()
    }
    return followEvents({ onLine: setLine, onEvent, onReturn: refresh })
  }, [keyCount])

  const live = useMemo(
    () => ({ line, pulse, lastEvent, refresh: () => setPulse((count) => count + 1) }),
    [line, pulse, lastEvent],
  )
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>
}

export const useLive = (): Live => useContext(LiveContext)
export const usePulse = (): number => useContext(LiveContext).pulse
