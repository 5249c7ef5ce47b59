import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshFolder } from '../support/engines.ts'
import { runGridtide } from '../support/run-gridtide.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridtide-saved-'))
const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const fleet = join(folder, 'fleet.yaml')
const file = join(folder, 'plan.json')
let env: Record<string, string>

/** The service has a clock of its own, so the command line is to have the same. */
const run = (...argv: string[]) => runGridtide(argv, { env, at: new Date().toISOString() })

beforeAll(async () => {
  env = { GRIDTIDE_HOME: await freshFolder() }
  writeFileSync(fleet, SMALL)
})
afterAll(() => {
  rmSync(folder, { recursive: true })
  rmSync(env.GRIDTIDE_HOME!, { recursive: true })
})

describe.sequential('a plan that was saved', () => {
  test('is written by -out, as Terraform spells it', async () => {
    expect((await run('plan', '--fleet', fleet, '-out', file)).code).toBe(0)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      status: 'planned',
      saved: { format: 1, fleetFile: fleet },
    })
  })

  test('differs from what runs: exit code 2, and what would change', async () => {
    const { code, out } = await run('diff', file)
    expect(code).toBe(2)
    expect(out).toMatch(/^ {2}\+ chat in [ab], H100-\S+: 0 -> \d+ replicas$/m)
  })

  test('is carried out to the letter, and then nothing is left to change', async () => {
    const applied = await run('apply', file)
    expect(applied.err).toBe('')
    expect(applied.out).toMatch(/In force as plan 1; moves: 1 done/)
    expect(applied.code).toBe(0)
    expect(await run('diff', file, '--json')).toMatchObject({
      code: 0,
      out: '{\n  "changes": []\n}\n',
    })
    const again = await run('plan', '--fleet', fleet, '--detailed-exitcode', '--json')
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('No changes') })
  })

  test('is stale once another plan has come into force, and says which', async () => {
    const { code, out } = await run('apply', file, '--json')
    expect(code).toBe(4)
    expect(JSON.parse(out).stale).toEqual([expect.stringMatching(/^plan 1 came into force since/)])
  })

  test('is stale once the fleet has changed, and says which field', async () => {
    writeFileSync(fleet, SMALL.replace('count: 16', 'count: 12'))
    const { code, out } = await run('apply', file)
    expect(code).toBe(4)
    expect(out).toContain('the fleet file: /regions/0/gpus/0/count was 16, is 12\n')
    expect(out).toMatch(/^This plan is stale:\n(?: .*\n)+Plan again\.\n$/)
  })

  test('is not carried out while somebody says stop', async () => {
    await run('plan', '--fleet', fleet, '--out', file)
    await run('stop', 'maintenance')
    const { code, err } = await run('apply', file)
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('maintenance') })
    await run('resume')
  })

  test('compares with another', async () => {
    const other = join(folder, 'other.json')
    writeFileSync(fleet, SMALL.replace('tokensPerSecond: 500', 'tokensPerSecond: 5000'))
    await run('plan', '--fleet', fleet, '--out', other)
    const { code, out } = await run('diff', file, other)
    expect(code).toBe(2)
    expect(out).toMatch(/^ {2}[+-] chat in [ab], H100-\S+ at \S+Z: \d+ -> \d+ replicas$/m)
    expect((await run('diff', other, other)).code).toBe(0)
  })
})

test('a file that is no plan, or no longer the plan it was, is refused in words', async () => {
  await run('plan', '--fleet', fleet, '--out', file)
  const broken = join(folder, 'broken.json')
  const text = readFileSync(file, 'utf8')
  for (const [changed, words] of [
    ['{"a":1}', /not a file of `gridtide plan --out`/],
    ['nonsense', /not a file of/],
    ['{"status":"infeasible"}', /no plan was possible/],
    [text.replace(/"pue": 1.1/, '"pue": 1.01'), /was changed by hand/],
  ] as const) {
    writeFileSync(broken, changed)
    const { code, err } = await run('apply', broken)
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(words) })
  }
  expect((await run('apply', join(folder, 'absent.json'))).err).toMatch(/no such file/)
  expect((await run('apply', file, '--tolerance', 'x')).err).toMatch(/--tolerance x/)
})
