import { shownTheme } from './theme.ts'

/** By theme and name: to ask the browser costs a layout of the page. */
const known = new Map<string, string>()

/** Resolves a colour of the style sheet (`--name`) to what a canvas understands, as it is now. */
export function cssColor(name: string): string {
  const key = `${shownTheme()} ${name}`
  const color = known.get(key) ?? askedColor(name)
  known.set(key, color)
  return color
}

function askedColor(name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/** How many layers of a stack have a colour of their own. */
export const LAYER_COLORS = 9

export const layerColor = (index: number): string => `--layer-${(index % LAYER_COLORS) + 1}`
