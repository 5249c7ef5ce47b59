import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

const examples = readdirSync(join(root, 'examples')).map((name) => `examples/${name}`)
const folders = [
  '.',
  'docs',
  'docs/decisions',
  'services',
  'infra/gpu-bench',
  'examples',
  ...examples,
]
const pages = folders
  .filter((folder) => !folder.endsWith('.md'))
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
  .filter((path) => path.endsWith('.md'))

/** Headings as the places that links point to. */
const anchorsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

it.each(pages.map((path) => relative(root, path)))('%s links to what there is', (page) => {
  const path = join(root, page)
  const text = readFileSync(path, 'utf8').replaceAll(/```[\s\S]*?```/g, '')
  const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#')
      const full = file === '' ? path : join(dirname(path), file)
      if (!existsSync(full)) return true
      return anchor !== undefined && full.endsWith('.md') && !anchorsOf(full).includes(anchor)
    })
  expect(broken).toEqual([])
})
