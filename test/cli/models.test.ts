import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { modelsCommand } from '../../services/cli/commands/models.ts'
import type { CliIo } from '../../services/cli/io.ts'

const ID = 'Qwen/Qwen3-32B@H100:bf16'

function run(command: (io: CliIo) => Command, ...args: readonly string[]): string {
  let said = ''
  const io: CliIo = {
    out: (text) => {
      said += text
    },
    err: () => {},
    env: {},
    nowMs: () => 0,
    isTty: false,
  }
  command(io).parse(args, { from: 'user' })
  return said
}

describe('gridtide models', () => {
  it('lists every entry with its runs, error and source', () => {
    expect(run(modelsCommand, 'list')).toContain(ID)
    const entries = JSON.parse(run(modelsCommand, 'list', '--json'))
    expect(entries.length).toBeGreaterThan(24)
    expect(Object.keys(entries[0])).toEqual(
      expect.arrayContaining(['runs', 'errorPercent', 'source', 'date']),
    )
  })

  it('shows operating points and writes the plot', () => {
    const plot = join(mkdtempSync(join(tmpdir(), 'gridtide-models-')), 'plot.svg')
    expect(run(modelsCommand, 'show', ID, '--plot', plot)).toContain('H100-tp2-pp1-bf16')
    expect(readFileSync(plot, 'utf8').match(/<circle/g)).toHaveLength(12)
    expect(JSON.parse(run(modelsCommand, 'show', ID, '--json')).points.length).toBeGreaterThan(3)
  })

  it('names near entries', () => {
    expect(run(modelsCommand, 'show', ID, '--tpot', '1')).toMatch(
      /\nno layout keeps these limits\n$/,
    )
    expect(() => run(modelsCommand, 'show', 'Qwen3-32B')).toThrow(/nearest/)
    expect(() => run(modelsCommand, 'show', ID, '--tpot', 'soon')).toThrow(/--tpot soon: expected/)
  })
})
