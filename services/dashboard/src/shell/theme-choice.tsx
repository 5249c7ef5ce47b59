import { useState } from 'preact/hooks'
import { chooseTheme, chosenTheme, type Theme } from '../charts/theme.ts'
import { strings } from '../strings.ts'

const THEMES: readonly Theme[] = ['system', 'light', 'dark']

export function ThemeChoice() {
  const [theme, setTheme] = useState(chosenTheme)
  const choose = (next: Theme) => {
    chooseTheme(next)
    setTheme(next)
  }
  return (
    <select
      class="quiet-select"
      aria-label={strings.theme.label}
      value={theme}
      onChange={({ currentTarget }) => choose(currentTarget.value as Theme)}
    >
      {THEMES.map((one) => (
        <option key={one} value={one}>
          {strings.theme[one]}
        </option>
      ))}
    </select>
  )
}
