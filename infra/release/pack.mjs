// `npm run test:pack`: packs the package, installs it in an empty folder as a user would, and runs it.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'gridtide-pack-'))
const run = (command, args, cwd = folder) => execFileSync(command, args, { cwd, encoding: 'utf8' })

try {
  run('npm', ['run', 'build'], root)
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], root),
  )
  const strays = files
    .map(({ path }) => path)
    .filter((path) => /^(test|services|workers|docs)\//.test(path))
  if (strays.length > 0) throw new Error(`the package holds ${strays.slice(0, 3).join(', ')}`)

  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  run('npm', ['install', '--no-audit', '--no-fund', '--omit=optional', join(folder, filename)])
  cpSync(join(root, 'config/examples/two-regions.yaml'), join(folder, 'fleet.yaml'))
  const gridtide = (...args) => run(join(folder, 'node_modules/.bin/gridtide'), args).trim()
  console.log(`gridtide --version: ${gridtide('--version')}`)
  console.log(gridtide('validate', 'fleet.yaml'))
  const plan = JSON.parse(gridtide('plan', '--fleet', 'fleet.yaml', '--json'))
  console.log(
    `gridtide plan: ${JSON.stringify(plan).length} bytes; ${files.length} files in the package`,
  )
} finally {
  rmSync(folder, { recursive: true })
}
