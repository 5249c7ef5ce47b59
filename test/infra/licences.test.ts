import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { buildProgram } from '../../infra/bootstrap/build-program.mjs'
import { BUNDLED } from '../../infra/bootstrap/bundled.mjs'
import { isAllowed, shippedLicences } from '../../infra/release/licences.mjs'
import { billOfMaterials } from '../../infra/release/sbom.mjs'

describe('what we ship is free for all to use', () => {
  const packages = shippedLicences()

  test('every package of production is there, with a licence on the list', () => {
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['fastify', 'highs']))
    expect(packages.filter((each) => !isAllowed(each))).toEqual([])
  })

  test('no more than 260 packages are installed with it', () => {
    const installed = shippedLicences(undefined, [])
    expect(installed.length).toBeLessThanOrEqual(260)
    for (const name of BUNDLED) expect(installed.map((each) => each.name)).not.toContain(name)
  })

  test('the program imports what is installed with it, and says whose words are in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gridtide-program-'))
    const { outputs } = await buildProgram(folder)
    const imported = Object.values(outputs)
      .flatMap(({ imports }) => imports)
      .filter(({ external, kind }) => external && kind !== 'require-call') // those may fail
      .map(({ path }) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'))
      .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    const known = Object.keys({ ...dependencies, ...optionalDependencies })
    expect(imported).toContain('fastify')
    expect([...new Set(imported)].filter((name) => !known.includes(name))).toEqual([])

    const words = readFileSync(join(folder, 'THIRD-PARTY.txt'), 'utf8')
    const named = [...words.matchAll(/^-{80}\n(\S+) (\S+), /gm)].map(([, name, version]) => ({
      name,
      version,
    }))
    expect(named.map(({ name }) => name)).toEqual(
      expect.arrayContaining([...BUNDLED, 'openid-client']),
    )
    const inBill = billOfMaterials().components.map(({ name, version }) => ({ name, version }))
    expect(inBill).toEqual(expect.arrayContaining(named))
    expect(words).toContain('Copyright (c) 2018 Filip Skokan')
    rmSync(folder, { recursive: true })
  })

  test.each([
    ['(MIT OR GPL-3.0)', true],
    ['MIT AND Apache-2.0', true],
    ['GPL-3.0', false],
    ['MIT AND GPL-3.0', false],
    ['none stated', false],
  ])('%s: %s', (licence, allowed) => {
    expect(isAllowed({ name: 'some-package', licence })).toBe(allowed)
  })

  test('the one exception is optional', () => {
    expect(isAllowed({ name: 'glpk.js', licence: 'GPL-3.0' })).toBe(true)
  })

  test('the bill of materials names all of them, and none that only development needs', () => {
    const { bomFormat, metadata, components } = billOfMaterials()
    expect(bomFormat).toBe('CycloneDX')
    expect(metadata.component).toMatchObject({ type: 'application', name: 'gridtide' })
    const named = components.map(({ purl }) => purl)
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    for (const [name, version] of Object.entries(dependencies)) {
      expect(named).toContain(`pkg:npm/${name.replace('@', '%40')}@${version}`)
    }
    expect(new Set(named).size).toBe(named.length)
    expect(named.filter((purl) => /\/(vitest|typescript)@/.test(purl))).toEqual([])
  })
})
