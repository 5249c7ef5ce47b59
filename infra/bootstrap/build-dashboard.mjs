// Builds the dashboard into dist/dashboard where it is missing or older than its source.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { root } from './install.mjs'

const SOURCE = `${root}services/dashboard`
const BUILT = `${root}dist/dashboard/index.html`

/** True where the built page is there and nothing of its source is newer. */
export function dashboardIsFresh() {
  if (!existsSync(BUILT)) return false
  const builtMs = statSync(BUILT).mtimeMs
  return readdirSync(SOURCE, { recursive: true })
    .map((name) => statSync(`${SOURCE}/${name}`))
    .every((file) => file.isDirectory() || file.mtimeMs <= builtMs)
}

/** @throws Error where Vite cannot build it */
export function buildDashboard() {
  if (dashboardIsFresh()) return
  const vite = `${root}node_modules/vite/bin/vite.js`
  const args = [vite, 'build', SOURCE, '--logLevel', 'warn']
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('the dashboard could not be built; see above')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildDashboard()
