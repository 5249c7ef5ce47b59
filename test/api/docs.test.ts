import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { HTTP_CODES } from '../../services/api/http-error.ts'
import { STATUS_OF } from '../../services/api/problem.ts'

const rowsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(
    ([, code, status]) => [code, Number(status)] as const,
  )

it('lists every HTTP code with its status in docs/api.md, and no other', () => {
  const listed = Object.fromEntries(rowsOf('docs/api.md'))
  expect(listed).toEqual({ ...HTTP_CODES, INTERNAL: 500 })
})

it('answers every error of the product with the status that docs/errors.md says', () => {
  const rows = rowsOf('docs/errors.md')
  expect(rows.length).toBeGreaterThan(5)
  for (const [code, status] of rows) expect(STATUS_OF[code!] ?? 500, code).toBe(status)
})
