import { strings } from '../strings.ts'

export const SCREENS = ['now', 'horizon', 'why', 'batch', 'models', 'what-if', 'audit'] as const
export type Screen = (typeof SCREENS)[number]

export function ScreenNav({ current }: { readonly current: Screen }) {
  return (
    <nav class="nav" aria-label={strings.nav.label}>
      <ul>
        {SCREENS.map((screen) => (
          <li key={screen}>
            <a
              href={screen === 'now' ? '#/' : `#/${screen}`}
              aria-current={screen === current ? 'page' : undefined}
            >
              {strings.nav[screen]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
