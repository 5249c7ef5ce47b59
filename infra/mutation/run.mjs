// `npm run test:mutants`: puts mistakes into the safety envelope, the fence and the signer, one at a
// time, and fails where too few of them make their tests fail. The report is coverage/mutants.html.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../../', import.meta.url))
const stryker = `${here}node_modules/@stryker-mutator/core/bin/stryker.js`

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(stryker)) {
  // Its peer, vitest, is the product's own.
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error']
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  run(npm, ['install', '--legacy-peer-deps', ...quiet], here)
}
run(process.execPath, [stryker, 'run', 'infra/mutation/stryker.config.json'], root)
