import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runGridtide } from '../support/run-gridtide.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridtide-validate-'))
const bad = join(folder, 'bad.yaml')
const example = 'config/examples/two-regions.yaml'
writeFileSync(
  bad,
  readFileSync(example, 'utf8').replace('zone: DE', 'zne: DE').replace('pue: 1.1', 'pue: 0.5'),
)

test('a valid fleet is told in one line', async () => {
  const { code, out, err } = await runGridtide(['validate', example])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toBe(`${example}: two-regions is valid (2 regions, 2 models)\n`)
  const asData = await runGridtide(['validate', example, '--json'])
  expect(JSON.parse(asData.out)).toEqual({ valid: true, issues: [], warnings: [] })
})

test('every mistake is a line with its place, its path and what would be right', async () => {
  const { code, out, err } = await runGridtide(['validate', bad])
  expect(code).toBe(1)
  expect(err).toBe(`${bad}: 3 mistakes\n`)
  const lines = out.trim().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[1]).toBe(`${bad}:11:5 /regions/0/zne: unknown field (did you mean "zone"?)`)
  expect(lines[2]).toContain('/regions/1/pue: expected a number from 1 to 3, got 0.5')
})

test('mistakes are data too', async () => {
  const { code, out } = await runGridtide(['validate', bad, '--json'])
  expect(code).toBe(1)
  const { valid, issues } = JSON.parse(out)
  expect(valid).toBe(false)
  expect(issues[1]).toEqual({
    path: '/regions/0/zne',
    message: 'unknown field',
    suggestion: 'did you mean "zone"?',
    line: 11,
    column: 5,
  })
})

test('other commands name the mistakes as well', async () => {
  const { code, err } = await runGridtide(['plan', '--fleet', bad])
  expect(code).toBe(1)
  expect(err).toContain('11:5 /regions/0/zne: unknown field')
})

test('a file that cannot be read is no list of mistakes', async () => {
  const { code, out, err } = await runGridtide(['validate', join(folder, 'absent.yaml')])
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/no such file\n$/)
})
