import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it.each(['docs/reliability.md', 'docs/security.md'])(
  'every test that %s names is there',
  (page) => {
    const named = readFileSync(page, 'utf8').matchAll(/`[^`]*?(test\/[\w/.-]+)[^`]*`/g)
    const paths = new Set([...named].map(([, path]) => path!))
    expect(paths.size).toBeGreaterThan(10)
    expect([...paths].filter((path) => !existsSync(path))).toEqual([])
  },
)
