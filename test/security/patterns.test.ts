import { check } from 'recheck'
import { expect, it } from 'vitest'
import { patternsOf, shippedPatterns } from './patterns.ts'

/** Where a hostile text could keep a pattern busy for longer than its length explains. */
async function slow(patterns: ReturnType<typeof shippedPatterns>): Promise<string[]> {
  const places = new Map(patterns.map((one) => [`${one.source}/${one.flags}`, one]))
  const found: string[] = []
  for (const { place, source, flags } of places.values()) {
    const { status } = await check(source, flags)
    if (status !== 'safe') found.push(`${place} /${source}/${flags}: ${status}`)
  }
  return found
}

it('no pattern of ours can be made slow by what it reads (ReDoS)', async () => {
  const patterns = shippedPatterns()
  expect(patterns.length).toBeGreaterThan(50)
  expect(await slow(patterns)).toEqual([])
}, 120_000)

it('would notice one that can', async () => {
  const bad = patternsOf(
    'bad.ts',
    "const mail = /^([a-z]+)+@/\nexport const schema = { pattern: '(a|a)*b' }",
  )
  expect(await slow(bad)).toHaveLength(2)
})
