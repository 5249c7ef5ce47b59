import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn as spawnInPty } from '@lydell/node-pty'
import { afterAll, describe, expect, test } from 'vitest'
import { parseFleet } from '../../services/fleet/index.ts'
import { builtProgram } from '../support/built-program.ts'
import { runGridtide } from '../support/run-gridtide.ts'

const folder = mkdtempSync(join(tmpdir(), 'gridtide-init-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fleetIn = (file: string) => {
  const text = readFileSync(file, 'utf8')
  return { text, fleet: parseFleet(text, { fileName: file }) }
}

describe('gridtide init --yes', () => {
  test('writes a commented fleet file of what its flags say', async () => {
    const out = join(folder, 'flags.yaml')
    const flags = ['--zones', 'FR, US-CAL-CISO', '--gpu', 'B200', '--gpus', '8']
    const steered = ['--contexts', 'paris,la', '--tokens-per-second', '900']
    const { code } = await runGridtide(['init', '--yes', '--out', out, ...flags, ...steered])
    expect(code).toBe(0)
    const { text, fleet } = fleetIn(out)
    expect(text.match(/^ *#/gm)!.length).toBeGreaterThan(10)
    expect(fleet.regions).toMatchObject([
      { id: 'fr', zone: 'FR', gpus: [{ type: 'B200', count: 8 }] },
      { id: 'us-cal-ciso', zone: 'US-CAL-CISO' },
    ])
    expect(fleet.backends).toMatchObject([{ context: 'paris' }, { context: 'la' }])
    expect(fleet.policy.approval).toBe('required')
  })

  test('what it writes can be planned as it is', async () => {
    const out = join(folder, 'fleet.yaml')
    const written = await runGridtide(['init', '--yes', '--out', out, '--json'])
    expect(JSON.parse(written.out)).toMatchObject({ file: out, zones: ['DE', 'SE'] })
    expect((await runGridtide(['plan', '--fleet', out, '--json'])).code).toBe(0)
  })

  test.each([
    [['--zones', 'ATLANTIS'], /nothing is known of the grid zone ATLANTIS/],
    [['--zones', ','], /name a grid zone/],
    [['--gpus', '0'], /--gpus: 0 is no whole number/],
    [['--gpu', 'H10O'], /2 mistakes\n.*\/regions\/0\/gpus\/0\/type/],
  ])('%j is refused in words, and nothing is written', async (flags, words) => {
    const out = join(folder, 'refused.yaml')
    const { code, err } = await runGridtide(['init', '--yes', '--out', out, ...flags])
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(words) })
    expect(() => readFileSync(out)).toThrow(/ENOENT/)
  })

  test('writes over nothing unless told, and asks nobody where nobody is', async () => {
    const out = join(folder, 'there.yaml')
    writeFileSync(out, 'mine')
    const { code, err } = await runGridtide(['init', '--yes', '--out', out])
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('--force') })
    expect(readFileSync(out, 'utf8')).toBe('mine')
    expect((await runGridtide(['init', '--yes', '--force', '--out', out])).code).toBe(0)
    const asked = await runGridtide(['init', '--out', join(folder, 'asked.yaml')])
    expect(asked).toMatchObject({ code: 1, err: expect.stringContaining('--yes') })
  })
})

const KUBECONFIG = `
apiVersion: v1
kind: Config
current-context: north
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: u, user: {} }]
contexts:
  - { name: south, context: { cluster: c, user: u } }
  - { name: north, context: { cluster: c, user: u } }
`

/** What a person sees and types, on a real terminal. */
async function terminal(args: readonly string[], env: Record<string, string>) {
  const program = await builtProgram()
  const pty = spawnInPty(process.execPath, [program, ...args], {
    cols: 120,
    rows: 40,
    env: { PATH: process.env.PATH!, TERM: 'xterm-256color', ...env },
  })
  let said = ''
  pty.onData((text) => {
    said += text
  })
  const exited = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)))
  return {
    exited,
    said: () => said,
    async answer(question: string, keys: string) {
      await expect.poll(() => said, { timeout: 100_000 }).toContain(question)
      said = ''
      pty.write(keys)
    },
  }
}

describe('the wizard', () => {
  const ENTER = '\r'
  const BACKSPACES = '\u007F'.repeat(12)

  test('asks on a terminal, offers what it finds, and writes what it was told', async () => {
    const kubeconfig = join(folder, 'kubeconfig')
    writeFileSync(kubeconfig, KUBECONFIG)
    const out = join(folder, 'wizard.yaml')
    const person = await terminal(['init', '--out', out], { KUBECONFIG: kubeconfig, HOME: folder })
    await person.answer('Grid zones', `${BACKSPACES}DE${ENTER}`)
    await person.answer('Which GPUs', ENTER)
    await person.answer('How many', ENTER)
    await person.answer('Which model', ENTER)
    await person.answer('Output tokens/s', ENTER)
    await person.answer('north, south', ENTER)
    await person.answer('Which context is DE', ENTER)
    expect(await person.exited).toBe(0)
    const { fleet } = fleetIn(out)
    expect(fleet.regions).toMatchObject([{ id: 'de', gpus: [{ type: 'H100', count: 16 }] }])
    expect(fleet.backends).toMatchObject([{ kind: 'kubernetes', context: 'north' }])
  })

  test('Ctrl-C writes nothing', async () => {
    const out = join(folder, 'cancelled.yaml')
    const person = await terminal(['init', '--out', out], { HOME: folder })
    await person.answer('Grid zones', '\u0003')
    expect(await person.exited).toBe(1)
    expect(person.said()).toContain('Nothing was written')
    expect(() => readFileSync(out)).toThrow(/ENOENT/)
  })
})
