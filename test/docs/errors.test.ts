import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

it('lists every error code in docs/errors.md, and no other', () => {
  const inCode = [...read('services/domain/errors.ts').matchAll(/readonly code = '([A-Z_]+)'/g)]
  const inDocs = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)]
  const codes = (matches: RegExpExecArray[]) => matches.map(([, code]) => code!).toSorted()
  expect(codes(inDocs)).toEqual(codes(inCode))
  expect(inCode.length).toBeGreaterThan(0)
})

it('says of every code whether trying again can help, as the code does', () => {
  const source = read('services/domain/errors.ts')
  for (const [, code, retry] of read('docs/errors.md').matchAll(
    /^\| `([A-Z_]+)` \| \d+ \| (yes|no) \|/gm,
  )) {
    const body = source.slice(source.indexOf(`readonly code = '${code}'`)).split('\n}')[0]!
    expect(body.includes('override readonly retryable = true'), code).toBe(retry === 'yes')
  }
})
