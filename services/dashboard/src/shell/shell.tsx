import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { useLocation } from 'wouter-preact'
import { strings } from '../strings.ts'
import { Announcer } from './announcer.tsx'
import { KeyMenu } from './key-menu.tsx'
import { LineState } from './line-state.tsx'
import { SCREENS, type Screen, ScreenNav } from './screen-nav.tsx'
import { ThemeChoice } from './theme-choice.tsx'

/** What surrounds every screen. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  const [location] = useLocation()
  const screen = screenOf(location)
  const main = useRef<HTMLElement>(null)
  const firstScreen = useRef(screen)

  // With the heading, not a frame after it: a key pressed at once must act on the new screen.
  useLayoutEffect(() => {
    document.title = `${strings.nav[screen]} · ${strings.product}`
    if (screen === firstScreen.current) return
    main.current?.focus({ preventScroll: true }) // so that a reader starts on the new screen
    window.scrollTo(0, 0)
    firstScreen.current = screen
  }, [screen])

  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {strings.skip}
      </button>
      <header class="top">
        <a class="brand" href="#/">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          {strings.product}
        </a>
        <ScreenNav current={screen} />
        <div class="top-end">
          <LineState />
          <ThemeChoice />
          <KeyMenu />
        </div>
      </header>
      <main ref={main} tabIndex={-1} class="main">
        <header class="screen-head">
          <h1>{strings.nav[screen]}</h1>
          <p>{strings.lede[screen]}</p>
        </header>
        {children}
      </main>
      <Announcer />
    </div>
  )
}

function screenOf(location: string): Screen {
  const name = location.split('/')[1]
  return SCREENS.find((screen) => screen === name) ?? 'now'
}
