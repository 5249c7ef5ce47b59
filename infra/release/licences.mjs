// The licence of every package that production installs, or has in it: `npm run licences` prints them.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { BUNDLED } from '../bootstrap/bundled.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Licences that let anybody use, change and ship the whole under Apache-2.0. */
export const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]

/** Optional, loaded only when asked for, and left out of the image: see docs/decisions/0002. */
const EXCEPTIONS = new Set(['glpk.js'])

/**
 * Walks `dependencies` and `optionalDependencies` from the manifest of `folder`, as Node resolves
 * them. An optional package that is not installed is left out.
 *
 * @param bundled names of packages that are in the program and so not installed; none of them leaves
 *   what is installed
 * @returns name, version, licence and place under `folder` of each package, by name
 */
export function shippedLicences(folder = root, bundled = BUNDLED) {
  const found = new Map()
  const visit = (from, manifest) => {
    const { dependencies = {}, optionalDependencies = {} } = manifest
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const at = folderOf(name, from)
      if (!at) {
        if (name in optionalDependencies) continue
        throw new Error(`${name}, which ${manifest.name} needs, is not installed`)
      }
      if (found.has(at)) continue
      const needed = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'))
      const path = relative(folder, at).replaceAll(sep, '/')
      found.set(at, { name, version: needed.version, licence: licenceOf(needed), path })
      visit(at, needed)
    }
  }
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const name of bundled) manifest.dependencies[name] = 'bundled'
  visit(folder, manifest)
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function folderOf(name, from) {
  for (let at = from; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (at === dirname(at)) return undefined
  }
}

function licenceOf({ license, licenses }) {
  if (typeof license === 'string') return license
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'none stated'
}

/** Whether an SPDX expression offers at least one allowed choice; `AND` needs all of its parts. */
export function isAllowed({ name, licence }) {
  if (EXCEPTIONS.has(name)) return true
  const choices = licence.replace(/[()]/g, '').split(/\s+OR\s+/)
  return choices.some((choice) => choice.split(/\s+AND\s+/).every((part) => ALLOWED.includes(part)))
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const each of shippedLicences()) {
    console.log(
      `${isAllowed(each) ? ' ' : '!'} ${each.licence.padEnd(14)} ${each.name} ${each.version}`,
    )
  }
}
