// `npm test`: installs what is missing, starts private servers, runs every check, stops them.
// With arguments (`npm test -- test/queue`) it runs those tests only.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install, root } from './install.mjs'
import { startServers } from './servers.mjs'

const only = process.argv.slice(2)
const strict = process.env.CI === 'true'

install()
const servers = await startServers()
for (const line of servers.missing) {
  console.error(`\n!!! ${line}${strict ? '' : '. The tests that need it are skipped'}\n`)
}
process.exitCode = strict && servers.missing.length > 0 ? 1 : await check()
await servers.stop()

async function check() {
  const folder = mkdtempSync(join(tmpdir(), 'gridtide-report-'))
  const report = join(folder, 'tests.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const [command, args] =
    only.length > 0
      ? [process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...only, ...reporters]]
      : ['npm', ['run', 'check', '--', '--', ...reporters]]
  const status = await run(command, args)
  console.log(summary(report))
  rmSync(folder, { recursive: true, force: true })
  return status
}

/** In a process group of its own, so that a Ctrl-C reaches us first and we stop it in order. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...servers.env },
    })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        try {
          process.kill(-child.pid, signal)
        } catch {
          // it has ended already
        }
      })
    }
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

function summary(report) {
  const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] }
  const found = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : none
  // A file that fails outside a test (an import, a hook) fails no test, but it has failed.
  const files = found.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  )
  const failed = found.numFailedTests + files.length
  return `${found.numPassedTests} passed, ${failed} failed, ${found.numPendingTests} skipped`
}
