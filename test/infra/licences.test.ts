import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { installedLicences, isAllowed } from '../../infra/release/licences.mjs'
import { billOfMaterials } from '../../infra/release/sbom.mjs'

describe('what we ship is free for all to use', () => {
  const packages = installedLicences()

  test('every package of production is there, with a licence on the list', () => {
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['fastify', 'highs']))
    expect(packages.filter((each) => !isAllowed(each))).toEqual([])
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
