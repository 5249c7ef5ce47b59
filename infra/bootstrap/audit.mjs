// `npm run audit`: known vulnerabilities of what is installed and shipped, where the registry can say.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { shippedLicences } from '../release/licences.mjs'
import { BUNDLED } from './bundled.mjs'
import { root } from './install.mjs'

const PATIENCE_MS = 60_000

function audit() {
  const { manifest, lock } = shippedLock()
  const folder = mkdtempSync(join(tmpdir(), 'gridtide-audit-'))
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
    const args = ['audit', '--audit-level=high', '--json']
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    const { stdout } = spawnSync(npm, args, { cwd: folder, encoding: 'utf8', timeout: PATIENCE_MS })
    return verdict(stdout)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * There is no lock file to audit, so what npm remembers of the installation stands in for one: of all
 * that is shipped, whether it is installed by itself or in the program.
 *
 * @returns a manifest and the lock file to go with it
 */
export function shippedLock() {
  const { devDependencies, ...production } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const bundled = Object.fromEntries(BUNDLED.map((name) => [name, devDependencies[name]]))
  const manifest = { ...production, dependencies: { ...production.dependencies, ...bundled } }
  const installed = JSON.parse(readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8'))
  const packages = { '': manifest }
  for (const { path } of shippedLicences()) {
    const { dev, ...remembered } = installed.packages[path]
    packages[path] = remembered
  }
  return { manifest, lock: { ...installed, packages } }
}

/**
 * Says what the registry knows. One that has no advisories to give answers an error: that is no
 * reason to fail, and none to call anything safe.
 *
 * @param stdout of `npm audit --json`
 * @returns the exit status: 1 where something high or critical is known
 */
export function verdict(stdout) {
  let report
  try {
    report = JSON.parse(stdout)
  } catch {
    report = {}
  }
  if (!report.metadata?.vulnerabilities) {
    console.log('audit: skipped, the registry does not say')
    return 0
  }
  const { high, critical, total } = report.metadata.vulnerabilities
  for (const { name, severity } of Object.values(report.vulnerabilities)) {
    console.log(`audit: ${name}: ${severity}`)
  }
  console.log(`audit: ${total} known, ${high} high, ${critical} critical`)
  return high + critical > 0 ? 1 : 0
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = audit()
