import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn as spawnInPty } from '@lydell/node-pty'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leavesOf } from '../../services/cli/command-tree.ts'
import { SHELLS, type Shell } from '../../services/cli/completion-script.ts'
import { buildProgram } from '../../services/cli/run-cli.ts'
import { runGridtide } from '../support/run-gridtide.ts'

const silent = () => undefined
const io = { out: silent, err: silent, env: {}, nowMs: Date.now, isTty: false }
const leaves = leavesOf(buildProgram(io))

const folder = mkdtempSync(join(tmpdir(), 'gridtide-completion-'))
const fileOf = (shell: Shell) => join(folder, `gridtide.${shell}`)
const scripts = new Map<Shell, string>()
beforeAll(async () => {
  for (const shell of SHELLS) {
    const { out } = await runGridtide(['completion', shell])
    scripts.set(shell, out)
    writeFileSync(fileOf(shell), out)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const isHere = (shell: Shell) => spawnSync(shell, ['--version']).status === 0
const absent = (shell: Shell) => (isHere(shell) ? '' : ` (skipped: there is no ${shell} here)`)

test.each(SHELLS)('the script for %s knows every command and flag', (shell) => {
  const script = scripts.get(shell)!
  const known = (command: Command) =>
    command.options.every(({ long }) => script.includes(long!.slice(2)))
  for (const { path, command } of leaves) {
    expect(script, path).toContain(path.split(' ').at(-1))
    expect(known(command), path).toBe(true)
  }
})

test('an unknown shell is misuse', async () => {
  expect((await runGridtide(['completion', 'tcsh'])).code).toBe(64)
})

test.each([
  ['gridtide gri', ['grid']],
  ['gridtide grid ', ['now', 'forecast', 'history', 'score', '--help']],
  ['gridtide grid forecast --ho', ['--hours']],
  ['gridtide completion f', ['fish']],
])('bash completes %j', (line, expected) => {
  const words = line.split(' ')
  const script = `${scripts.get('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_gridtide
printf '%s\\n' "\${COMPREPLY[@]}"`
  const said = execFileSync('bash', ['-c', script], { encoding: 'utf8' })
  expect(said.trim().split('\n')).toEqual(expected)
})

test.skipIf(!isHere('fish')).each([
  ['gridtide gri', ['grid']],
  ['gridtide grid ', ['forecast', 'history', 'now', 'score']],
  ['gridtide grid forecast --ho', ['--hours']],
  ['gridtide completion f', ['fish']],
])(`fish completes %j${absent('fish')}`, (line, expected) => {
  const script = `source ${fileOf('fish')}; complete -C '${line}'`
  const said = execFileSync('fish', ['--no-config', '-c', script], {
    encoding: 'utf8',
    env: { ...process.env, HOME: folder },
  })
  const names = said
    .trim()
    .split('\n')
    .map((each) => each.split('\t')[0])
  expect(names).toEqual(expected)
})

describe.skipIf(!isHere('zsh'))(`zsh${absent('zsh')}`, () => {
  test('completes what is typed, without a configuration of its own', async () => {
    const env = { PATH: process.env.PATH!, TERM: 'dumb', HOME: folder }
    const pty = spawnInPty('zsh', ['-f', '-i'], { cols: 120, rows: 30, env })
    let said = ''
    pty.onData((text) => {
      said += text
    })
    const heard = (words: string) => expect.poll(() => said).toContain(words)
    pty.write(`source ${fileOf('zsh')}; echo load"ed"\r`)
    await heard('loaded')
    for (const [typed, completed] of [
      ['gridtide gri', 'gridtide grid '],
      ['gridtide grid forecast --ho', 'gridtide grid forecast --hours '],
      ['gridtide completion f', 'gridtide completion fish '],
    ]) {
      said = ''
      pty.write(`${typed}\t`)
      await heard(completed!)
      pty.write('\u0015') // forget the line
    }
    pty.kill()
  })
})
