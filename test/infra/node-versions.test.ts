import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { refusing } from '../../infra/release/node-versions.mjs'

const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
const oldest = `${engines.node.replace('>=', '')}.0`

describe('the oldest Node that we promise', () => {
  it('is refused by nothing that production installs', () => {
    expect(oldest).toMatch(/^\d+\.\d+\.0$/)
    expect(refusing(oldest)).toEqual([])
  })

  it('would be seen to be refused', () => {
    const packages = {
      'node_modules/a/node_modules/@b/c': { version: '2.0.1', engines: { node: '>=22' } },
      'node_modules/d': { version: '1.0.0', engines: { node: '>=18' } },
      'node_modules/e': { version: '1.0.0', dev: true, engines: { node: '>=24' } },
      'node_modules/f': { version: '1.0.0' },
    }
    expect(refusing(oldest, packages)).toEqual(['@b/c@2.0.1'])
  })
})
