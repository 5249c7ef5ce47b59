// Builds the dashboard into dist/dashboard where it is missing or older than its source.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { root } from './install.mjs'

const SOURCE = `${root}services/dashboard`
const FOLDER = `${root}dist/dashboard`
const BUILT = `${FOLDER}/index.html`

/** True where the built page is there and nothing of its source is newer. */
export function dashboardIsFresh() {
  if (!existsSync(BUILT)) return false
  const builtMs = statSync(BUILT).mtimeMs
  return readdirSync(SOURCE, { recursive: true })
    .map((name) => statSync(`${SOURCE}/${name}`))
    .every((file) => file.isDirectory() || file.mtimeMs <= builtMs)
}

/**
 * Builds it aside, and puts it in its place whole: others may be building it too, and serving it.
 *
 * @throws Error where Vite cannot build it
 */
export function buildDashboard() {
  if (dashboardIsFresh()) return
  const aside = `${FOLDER}-${process.pid}`
  const vite = `${root}node_modules/vite/bin/vite.js`
  const args = [vite, 'build', SOURCE, '--outDir', aside, '--logLevel', 'warn']
  try {
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] })
    if (status !== 0) throw new Error('the dashboard could not be built; see above')
    adopt(aside)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

/** Another process may have been faster; what it built is the same. */
function adopt(aside) {
  if (dashboardIsFresh()) return
  const old = `${aside}-old`
  if (existsSync(FOLDER)) renameSync(FOLDER, old)
  try {
    renameSync(aside, FOLDER)
  } catch (error) {
    if (!dashboardIsFresh()) throw error
  } finally {
    rmSync(old, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildDashboard()
