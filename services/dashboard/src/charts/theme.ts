import { useEffect, useState } from 'preact/hooks'

export type Theme = 'system' | 'light' | 'dark'

const PLACE = 'gridtide-theme'
const dark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(PLACE)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(PLACE)
  else localStorage.setItem(PLACE, theme)
  applyTheme()
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = chosenTheme()
  for (const listener of listeners) listener()
}

/** The theme in force. */
export const shownTheme = (): 'light' | 'dark' => {
  const chosen = chosenTheme()
  if (chosen !== 'system') return chosen
  return dark.matches ? 'dark' : 'light'
}

/** The same, for canvases: they are drawn anew when it changes. */
export function useShownTheme(): 'light' | 'dark' {
  const [theme, setTheme] = useState(shownTheme)
  useEffect(() => {
    const look = () => setTheme(shownTheme())
    listeners.add(look)
    dark.addEventListener('change', look)
    return () => {
      listeners.delete(look)
      dark.removeEventListener('change', look)
    }
  }, [])
  return theme
}
