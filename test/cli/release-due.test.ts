import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkBackends } from '../../services/cli/check-backends.ts'
import { batchCommand } from '../../services/cli/commands/batch.ts'
import { backendLine } from '../../services/cli/doctor-lines.ts'
import { ExitWith } from '../../services/cli/exit-with.ts'
import { InvalidInput } from '../../services/domain/errors.ts'
import { SLURM_NOW_MS, slurmWorld } from '../schedulers/slurm-world.ts'

const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const HOUR_MS = 3_600_000
const inHours = (hours: number) => new Date(SLURM_NOW_MS + hours * HOUR_MS).toISOString()

let slurm: Awaited<ReturnType<typeof slurmWorld>>
beforeEach(async () => {
  slurm = await slurmWorld()
})
afterEach(() => slurm.close())

/** A fleet file with schedulers of these ids and commands. */
function fleetWith(schedulers: Readonly<Record<string, readonly string[]>>): string {
  const lines = Object.entries(schedulers).map(
    ([id, prefix]) =>
      `  - { id: ${id}, kind: slurm, region: a, prefix: ${JSON.stringify(prefix)} }\n`,
  )
  const file = join(slurm.folder, 'fleet.yaml')
  writeFileSync(file, lines.length > 0 ? `${SMALL}jobSchedulers:\n${lines.join('')}` : SMALL)
  return file
}

function desk(env: Record<string, string> = {}) {
  const said = { out: '', err: '' }
  const io = {
    out: (text: string) => {
      said.out += text
    },
    err: (text: string) => {
      said.err += text
    },
    env,
    nowMs: () => SLURM_NOW_MS,
    isTty: false,
  }
  return { said, io }
}

async function release(args: readonly string[], env: Record<string, string> = {}) {
  const { said, io } = desk(env)
  const failure = await batchCommand(io)
    .exitOverride()
    .parseAsync(['release-due', ...args], { from: 'user' })
    .then(
      () => undefined,
      (error: Error) => error,
    )
  return { ...said, failure }
}

describe('gridtide batch release-due', () => {
  it('lets go what is past its latest safe start and what it cannot read, and nothing else', async () => {
    // 2 h of work may take 4, and starts in 10 minutes: due 4 h 10 min before the deadline.
    const due = await slurm.submit({ deadline: inHours(4), hours: '2' })
    const early = await slurm.submit({ deadline: inHours(12), hours: '2' })
    const unread = await slurm.submit({ deadline: 'tomorrow' })
    const foreign = await slurm.submit()
    const { out, err, failure } = await release(['--fleet', fleetWith({ hpc: slurm.prefix })])
    expect({ err, failure }).toEqual({ err: '', failure: undefined })
    const lines = out.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { scheduler: 'hpc', name: due },
      { scheduler: 'hpc', name: unread },
    ])
    expect([due, unread, early, foreign].map(slurm.mayRun)).toEqual([true, true, false, false])
  })

  it('tells a scheduler nothing twice, and finds its fleet in the environment', async () => {
    await slurm.submit({ deadline: inHours(4), hours: '2' })
    const GRIDTIDE_FLEET = fleetWith({ hpc: slurm.prefix })
    expect((await release([], { GRIDTIDE_FLEET })).out).not.toBe('')
    expect(slurm.writes()).toBe(1)
    expect((await release([], { GRIDTIDE_FLEET })).failure).toBeUndefined()
    expect(slurm.writes()).toBe(1)
  })

  it('goes on past a scheduler that cannot be reached, and fails at the end', async () => {
    const due = await slurm.submit({ deadline: inHours(4), hours: '2' })
    const fleet = fleetWith({ gone: ['/no/such/ssh'], hpc: slurm.prefix })
    const { out, err, failure } = await release(['--fleet', fleet])
    expect(JSON.parse(out)).toEqual({ scheduler: 'hpc', name: due })
    expect(err).toMatch(/^warning: gone: .*\/no\/such\/ssh/)
    expect(failure).toBeInstanceOf(ExitWith)
  })

  it('says what is missing where nothing can be done', async () => {
    const none = await release([])
    expect(none.failure).toBeInstanceOf(InvalidInput)
    expect(none.failure!.message).toContain('--fleet or GRIDTIDE_FLEET')
    const { failure } = await release(['--fleet', fleetWith({})])
    expect(failure!.message).toMatch(/fleet\.yaml names no jobSchedulers$/)
  })
})

describe('gridtide doctor', () => {
  it('has a line a scheduler: ready, or what is missing', async () => {
    const fleet = fleetWith({ gone: ['/no/such/ssh'], hpc: slurm.prefix })
    const lines = (await checkBackends({ fleet }, desk().io)).map(backendLine)
    expect(lines).toContain('ok   hpc (slurm): jobs may be held and let go')
    expect(lines.find((line) => line.startsWith('FAIL gone (slurm): '))).toContain('/no/such/ssh')
  })
})
