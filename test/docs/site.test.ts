import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** `npm run docs:site`, into a folder of its own. */
const site = mkdtempSync(join(tmpdir(), 'gridtide-site-'))
let built: ReturnType<typeof build>
beforeAll(() => {
  built = build()
})
afterAll(() => rmSync(site, { recursive: true }))

function build() {
  const args = ['node_modules/vitepress/bin/vitepress.js', 'build', 'docs', '--outDir', site]
  return spawnSync(process.execPath, args, { encoding: 'utf8' })
}

const filesUnder = (folder: string, end: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(end))

test('is built without a dead link, one page a file', () => {
  expect(built.status, built.stderr).toBe(0)
  const pages = filesUnder('docs', '.md')
    .filter((name) => !name.startsWith('.'))
    .map((name) => name.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html'))
  expect(filesUnder(site, '.html')).toEqual(expect.arrayContaining(pages))
})

test('every link within it leads to a page, and every anchor to a heading', () => {
  const broken = filesUnder(site, '.html').flatMap((page) => {
    const html = readFileSync(join(site, page), 'utf8')
    return [...html.matchAll(/href="([^"]*)"/g)]
      .map(([, href]) => href!.replaceAll('&amp;', '&'))
      .filter((href) => href !== '' && !/^[a-z]+:/.test(href) && !leads(page, href))
      .map((href) => `${page}: ${href}`)
  })
  expect(broken).toEqual([])
})

test('every page can be reached from the side', () => {
  const start = readFileSync(join(site, 'quick-start.html'), 'utf8')
  const pages = filesUnder(site, '.html').filter(
    (page) => !/^(404|index|decisions\/.*)\.html$/.test(page),
  )
  const lost = pages.filter((page) => !start.includes(`href="/${page.replace(/\.html$/, '')}"`))
  expect(lost).toEqual([])
})

/** Whether a link of a page leads somewhere in the site. */
function leads(page: string, href: string): boolean {
  const [path = '', anchor] = href.split('#')
  const from = path.startsWith('/') ? path.slice(1) : join(dirname(page), path)
  const file = path === '' ? page : from
  const target = [file, `${file}.html`, join(file, 'index.html')]
    .map((name) => join(site, name))
    .find((full) => existsSync(full) && !full.endsWith('/') && relative(site, full) !== '')
  if (!target) return false
  if (!anchor || !target.endsWith('.html')) return true
  return readFileSync(target, 'utf8').includes(`id="${decodeURIComponent(anchor)}"`)
}
