// `npm start`: installs what is missing, then serves the example fleet with embedded defaults.
import { spawn } from 'node:child_process'
import { buildDashboard } from './build-dashboard.mjs'
import { install, root } from './install.mjs'

install()
try {
  buildDashboard()
} catch (error) {
  console.error(`${error.message}: serving without it`) // the API is worth having all the same
}
const example = ['serve', '--fleet', 'config/examples/two-regions.yaml']
const given = process.argv.slice(2)
const args = ['bin/gridtide.mjs', ...(given.length > 0 ? given : example)]
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
// Ctrl-C reaches all of a terminal's group: passed on, it would be the second, which ends at once.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
// npm tells the shell between itself and us, which dies of it and tells nobody.
const parent = process.ppid
const orphaned = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(orphaned)
  child.kill('SIGTERM')
}, 500)
orphaned.unref()
child.once('exit', (code) => {
  process.exitCode = code ?? 1
})
