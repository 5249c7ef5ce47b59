import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const PAGES = ['docs/reliability.md', 'docs/security.md']

it.each(PAGES)('every test that %s names is there', (page) => {
  const named = readFileSync(page, 'utf8').matchAll(/`[^`]*?(test\/[\w/.-]+)[^`]*`/g)
  const paths = new Set([...named].map(([, path]) => path!))
  expect(paths.size).toBeGreaterThan(10)
  expect([...paths].filter((path) => !existsSync(path))).toEqual([])
})

it('every case that a page quotes of a test stands in it', () => {
  const text = PAGES.map((page) => readFileSync(page, 'utf8')).join('\n')
  const quoted = text.matchAll(/`(test\/[\w/.-]+\.ts)`: ((?:"[^"]+"(?:, )?)+)/g)
  const cases = [...quoted].flatMap(([, path, titles]) =>
    [...titles!.matchAll(/"([^"]+)"/g)].map(([, title]) => ({ path: path!, title: title! })),
  )
  expect(cases.length).toBeGreaterThan(5)
  expect(cases.filter(({ path, title }) => !readFileSync(path, 'utf8').includes(title))).toEqual([])
})
