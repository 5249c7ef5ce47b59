import { check } from 'recheck'
import { expect, it } from 'vitest'
import { type Pattern, patternsIn, patternsOf, shippedPatterns } from './patterns.ts'

/** Where a hostile text could keep a pattern busy for longer than its length explains. */
async function slow(patterns: readonly Pattern[]): Promise<string[]> {
  const places = new Map(patterns.map((one) => [`${one.source}/${one.flags}`, one]))
  const found: string[] = []
  for (const { place, source, flags } of places.values()) {
    const { status } = await check(source, flags)
    if (status !== 'safe') found.push(`${place} /${source}/${flags}: ${status}`)
  }
  return found
}

it('no pattern of ours can be made slow by what it reads (ReDoS)', async () => {
  const { found, schemas } = shippedPatterns()
  expect(found.length).toBeGreaterThan(50)
  expect(schemas.length).toBeGreaterThan(10)
  expect(await slow(found)).toEqual([])
}, 120_000)

it('makes a pattern of nothing that is not written down, but of what schemas say', () => {
  const { unknown } = shippedPatterns()
  expect(unknown.map(({ place, text }) => [place.split(':')[0], text])).toEqual([
    ['services/fleet/scalar-problem.ts', 'schema.pattern'], // the fleet's, which is looked at
    ['services/queue/adapters/bullmq-clocks.ts', 'cadence.cron'], // a cron expression
  ])
})

it.each([
  ['a literal', 'const mail = /^([a-z]+)+@/'],
  ['the pattern of a schema', "export const schema = { pattern: '(a|a)*b' }"],
  ['a constant', "const BAD = '(a|a)*b'\nexport const schema = { pattern: BAD }"],
  ['a shorthand', "const pattern = '(a|a)*b'\nexport const schema = { pattern }"],
  ['a RegExp', "export const bad = new RegExp('(a|a)*b', 'u')"],
  ['a template', `const A = '(a|a)*'\nexport const bad = RegExp(\`^\${A}b\`)`],
  ['a sum', "const A = '(a|a)*'\nexport const bad = new RegExp(A + 'b')"],
])('would notice one that can, in %s', async (_where, source) => {
  expect(await slow(patternsOf('bad.ts', source).found)).toHaveLength(1)
})

it('would notice one that can in a schema as it was built', async () => {
  const schema = { properties: { a: { pattern: '(a|a)*b' } }, patternProperties: { '(c|c)*d': {} } }
  expect(await slow(patternsIn('schema', schema))).toHaveLength(2)
})
