import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** `dist/dashboard`, as seen from the source and as seen from `dist/program`. */
const CANDIDATES = ['../../dist/dashboard', '../dashboard']

/** The folder of the built dashboard; undefined where it was not built. */
export function dashboardFolder(): string | undefined {
  return CANDIDATES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((folder) =>
    existsSync(`${folder}/index.html`),
  )
}
