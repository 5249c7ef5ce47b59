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

const shown = (): 'light' | 'dark' => {
  const chosen = chosenTheme()
  if (chosen !== 'system') return chosen
  return dark.matches ? 'dark' : 'light'
}

/** The theme in force; canvases are drawn anew when it changes. */
export function useShownTheme(): 'light' | 'dark' {
  const [theme, setTheme] = useState(shown)
  useEffect(() => {
    const look = () => setTheme(shown())
    listeners.add(look)
    dark.addEventListener('change', look)
    return () => {
      listeners.delete(look)
      dark.removeEventListener('change', look)
    }
  }, [])
  return theme
}
