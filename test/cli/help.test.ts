import { describe, expect, test } from 'vitest'
import { leavesOf } from '../../services/cli/command-tree.ts'
import { EXAMPLES } from '../../services/cli/examples.ts'
import { EXIT_CODES } from '../../services/cli/exit-codes.ts'
import { buildProgram } from '../../services/cli/run-cli.ts'
import { runGridtide } from '../support/run-gridtide.ts'

const silent = () => undefined
const io = { out: silent, err: silent, env: {}, nowMs: Date.now, isTty: false }
const leaves = leavesOf(buildProgram(io))
/** One speaks to a shell, the other logs JSON for ever. */
const NO_DATA = ['completion', 'serve']

describe.each(leaves)('gridtide $path', ({ path, command }) => {
  test('prints data where it is asked to', () => {
    const flags = command.options.map(({ long }) => long)
    if (!NO_DATA.includes(path)) expect(flags).toContain('--json')
  })

  test('has an example in its help', async () => {
    const { out } = await runGridtide([...path.split(' '), '--help'])
    expect(EXAMPLES[path]?.length).toBeGreaterThan(0)
    expect(out).toContain(`$ ${EXAMPLES[path]![0]}`)
  })
})

test('no example is of a command that is gone, and each one parses', async () => {
  expect(Object.keys(EXAMPLES).toSorted()).toEqual(leaves.map(({ path }) => path).toSorted())
  for (const line of Object.values(EXAMPLES).flat()) {
    const program = buildProgram(io)
    let ran = ''
    for (const { path, command } of leavesOf(program)) {
      command.action(() => {
        ran = path
      })
    }
    await program.parseAsync(wordsOf(line), { from: 'user' })
    expect(line).toContain(`gridtide ${ran}`)
  }
})

/** The words of our own command in a line of a shell. */
const wordsOf = (line: string): string[] =>
  [.../gridtide ([^>&)]*)/.exec(line)![1]!.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain!,
  )

test('the help lists every exit code', async () => {
  const { out } = await runGridtide(['--help'])
  for (const { code, words } of Object.values(EXIT_CODES)) {
    expect(out).toContain(`  ${String(code).padEnd(3)} ${words}`)
  }
})

test('an error is data where data is asked for', async () => {
  const { code, err } = await runGridtide(['plan', '--json', '--fleet', 'nowhere.yaml'])
  expect(code).toBe(1)
  expect(JSON.parse(err)).toEqual({
    error: { code: 'INVALID_INPUT', message: 'cannot read nowhere.yaml: no such file', issues: [] },
  })
})
