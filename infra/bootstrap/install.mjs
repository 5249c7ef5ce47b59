// Node built-ins only: this runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

const manifest = (folder) => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))

/** The names of direct dependencies that are missing or of another version than package.json's. */
export function outdated() {
  const { dependencies, devDependencies } = manifest(root)
  return Object.entries({ ...dependencies, ...devDependencies })
    .filter(([name, version]) => {
      const folder = `${root}node_modules/${name}`
      return !existsSync(`${folder}/package.json`) || manifest(folder).version !== version
    })
    .map(([name]) => name)
}

/** Installs what package.json asks for, where something of it is missing. */
export function install() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: 20.19 or newer is needed`)
  }
  const missing = outdated()
  if (missing.length === 0) return
  console.error(`installing ${missing.length} packages (${missing.slice(0, 3).join(', ')}...)`)
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('npm install failed; see above')
}
