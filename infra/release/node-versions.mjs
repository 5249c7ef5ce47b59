// Which installed packages say that they do not run on a version of Node.
import { readFileSync } from 'node:fs'
import { satisfies } from 'semver'

const installed = new URL('../../node_modules/.package-lock.json', import.meta.url)

/**
 * Some only warn when installed and then fail when imported, so the promise of `engines` has to be
 * kept for all that production installs.
 *
 * @param version of Node, e.g. `20.19.0`
 * @param packages as npm keeps them, by folder
 * @returns name and version of each package that refuses it
 */
export function refusing(version, packages = JSON.parse(readFileSync(installed, 'utf8')).packages) {
  return Object.entries(packages)
    .filter(([, { dev, engines }]) => !dev && engines?.node && !satisfies(version, engines.node))
    .map(([folder, { version: own }]) => `${folder.replace(/^.*node_modules\//, '')}@${own}`)
}
