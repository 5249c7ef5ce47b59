import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshFolder } from '../support/engines.ts'
import { runGridtide } from '../support/run-gridtide.ts'
import { type ServiceProcess, startService } from '../support/service-process.ts'

const root = join(import.meta.dirname, '../..')
const PAGES = ['README.md', 'docs/quick-start.md']
/** Run where it can be: by the suite itself, by a terminal of its own, by the bootstrap's own test. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm test': 'infra/bootstrap/test.mjs',
  'npm start': 'test/e2e/start.test.ts',
  'npx gridtide init': 'test/cli/init.test.ts',
}
/** Answers, not failures: there are changes; later is better. */
const ANSWERS = [2, 75]

/** Every line of every shell block, in the order of the page. */
const linesOf = (page: string): readonly string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block!.split('\n'))
    .map((line) => line.replace(/ +#.*$/, '').trim())
    .filter(Boolean)

const before = process.cwd()
let folder: string
let home: string
let service: ServiceProcess | undefined
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gridtide-blocks-'))
  for (const name of ['config', 'package.json']) symlinkSync(join(root, name), join(folder, name))
  home = await freshFolder()
})
afterAll(async () => {
  process.chdir(before)
  await service?.stop()
  for (const each of [folder, home]) rmSync(each, { recursive: true })
})

/** One line, as somebody in a fresh folder would have typed it. */
async function typed(line: string): Promise<void> {
  const [, words, answer] = /^npx gridtide (.*?)( \|\| echo .*)?$/.exec(line)!
  const argv = words!.split(' ')
  if (argv[0] === 'serve') {
    service = await startService(join(folder, argv[2]!), { GRIDTIDE_HOME: home })
    return
  }
  const env = { GRIDTIDE_HOME: home, ...(service && { GRIDTIDE_URL: service.url }) }
  const { code, err } = await runGridtide(argv, { env, at: new Date().toISOString() })
  expect([0, ...(answer ? ANSWERS : [])], `${line}: ${err}`).toContain(code)
}

describe.each(PAGES)('%s', (page) => {
  test('every line of its shell blocks runs', async () => {
    const lines = linesOf(page)
    expect(lines.length).toBeGreaterThan(0)
    process.chdir(folder)
    for (const line of lines) {
      if (line in ELSEWHERE) readFileSync(join(root, ELSEWHERE[line]!))
      else await typed(line)
    }
  })
})
