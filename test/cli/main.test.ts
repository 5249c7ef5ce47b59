import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { editorSchema, fleetReference } from '../../services/fleet/index.ts'
import { runGridtide } from '../support/run-gridtide.ts'

describe('gridtide', () => {
  test('says its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(await runGridtide(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })

  test('lists its commands', async () => {
    const { code, out } = await runGridtide(['--help'])
    expect(code).toBe(0)
    for (const command of ['validate', 'plan', 'explain', 'schema']) expect(out).toContain(command)
  })

  test.each([
    [['plna'], /^error: unknown command 'plna' \(Did you mean plan\?\)\n$/],
    [['plan', '--flet', 'x'], /^error: unknown option '--flet' \(Did you mean --fleet\?\)\n$/],
    [['validate'], /^error: missing required argument 'file'\n$/],
    [['plan', '--solver', 'abacus'], /^error: option '--solver <name>' .*Allowed choices/],
  ])('%j is misuse: one line and exit code 64', async (argv, message) => {
    const { code, out, err } = await runGridtide(argv)
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toMatch(message)
    expect(err.trim().split('\n')).toHaveLength(1)
  })

  test.each([
    [['plan'], {}, /name a fleet file/],
    [['plan', '--fleet', 'nowhere.yaml'], {}, /cannot read nowhere.yaml: no such file/],
    [['plan', '--fleet', 'config'], {}, /cannot read config: EISDIR/],
    [['plan', '--fleet', 'x', '--at', 'noon'], {}, /--at noon: expected ISO 8601/],
    [['plan', '--fleet', 'x', '--at', '2021-09-15T00:00'], {}, /with an offset/],
    [['plan'], { DATABASE_URL: 'mysql://x' }, /bad environment/],
  ])('%j with %j fails in words, with exit code 1', async (argv, env, message) => {
    const { code, out, err } = await runGridtide(argv, { env })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(message)
    expect(err).not.toMatch(/ {4}at /)
  })
})

describe('gridtide schema', () => {
  test('prints the JSON Schema, or the reference page', async () => {
    const { out } = await runGridtide(['schema'])
    expect(JSON.parse(out)).toEqual(editorSchema())
    expect((await runGridtide(['schema', '--markdown'])).out).toBe(fleetReference())
  })
})
