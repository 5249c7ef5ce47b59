import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { slurm } from '../../services/schedulers/adapters/slurm.ts'
import type { Marks, SchedulerHarness } from '../contracts/job-scheduler.contract.ts'

/** `squeue` and `scontrol` over a table in a file, as strict as theirs about what we send. */
const COMMAND = `#!${process.execPath}
const { readFileSync, writeFileSync, appendFileSync } = require('node:fs')
const file = __dirname + '/table.json'
const args = process.argv.slice(2)
const jobs = JSON.parse(readFileSync(file, 'utf8'))
const fail = (words) => { console.error(words); process.exit(1) }
if (args[0] === '--version') process.exit(0)
if (process.argv[1].endsWith('squeue')) {
  if (process.env.SLURM_TIME_FORMAT !== '%s') fail('times would be local')
  const only = args.includes('--jobs') ? args[args.indexOf('--jobs') + 1] : undefined
  if (args[args.indexOf('--format') + 1] !== '%A^%T^%S^%l^%b^%D^%k') fail('another format')
  const some = jobs.filter((job) => only === undefined || job.id === only)
  if (only !== undefined && some.length === 0) fail('slurm_load_jobs error: Invalid job id specified')
  for (const { id, state, begin, limit, gres, nodes, comment } of some)
    console.log([id, state, begin ?? 'N/A', limit, gres, nodes, comment].join('^'))
  process.exit(0)
}
appendFileSync(__dirname + '/log', args.join(' ') + '\\n')
const id = (args[1] ?? '').replace('JobId=', '')
const job = jobs.find((one) => one.id === id)
if (!job) fail('scontrol: error: Invalid job id specified')
if (args[0] === 'requeue') {
  if (job.state !== 'RUNNING') fail('Requested operation is presently disabled')
  Object.assign(job, { state: 'PENDING', begin: undefined })
} else if (args[0] === 'update') {
  const [, start] = /^StartTime=(now(?:\\+\\d+seconds)?)$/.exec(args[2] ?? '') ?? fail('Invalid time')
  if (job.state !== 'PENDING') fail('Job is no longer pending execution')
  const seconds = Number(/\\d+/.exec(start)?.[0] ?? 0)
  job.begin = NOW / 1000 + seconds
} else fail('invalid keyword')
writeFileSync(file, JSON.stringify(jobs))
`
/** What time it is there. */
export const SLURM_NOW_MS = Date.parse('2026-01-20T12:00:00Z')

export interface SlurmRow {
  id: string
  state: string
  begin?: number
  limit: string
  gres: string
  nodes: number
  comment: string
}

/** Slurm's two commands in a folder of their own, and our scheduler over them. */
export async function slurmWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'gridtide-slurm-'))
  const file = join(folder, 'table.json')
  writeFileSync(file, '[]')
  writeFileSync(join(folder, 'log'), '')
  for (const name of ['squeue', 'scontrol']) {
    writeFileSync(join(folder, name), COMMAND.replaceAll('NOW', String(SLURM_NOW_MS)))
    chmodSync(join(folder, name), 0o755)
  }
  const prefix = ['env', `PATH=${folder}:${process.env.PATH}`]
  const scheduler = slurm({
    id: 'hpc',
    region: 'north',
    prefix,
    timeoutMs: 10_000,
    nowMs: () => SLURM_NOW_MS,
  })
  const rows = (): SlurmRow[] => JSON.parse(readFileSync(file, 'utf8'))
  const write = (all: readonly SlurmRow[]) => writeFileSync(file, JSON.stringify(all))
  const change = (id: string, over: Partial<SlurmRow>) =>
    write(rows().map((row) => (row.id === id ? { ...row, ...over } : row)))
  const harness: SchedulerHarness = {
    scheduler,
    nowMs: SLURM_NOW_MS,
    stops: true,
    submit(marks?: Marks) {
      const id = String(4000 + rows().length)
      const text = Object.entries(marks ?? {}).map(([name, value]) => `${name}=${value}`)
      const comment = marks ? `gridtide:${text.join(',')}` : '(null)'
      const begin = SLURM_NOW_MS / 1000 + 86_400
      const sized = { limit: '1-06:30:00', gres: 'gres/gpu:h100:4', nodes: 2 }
      write([...rows(), { id, state: 'PENDING', begin, ...sized, comment }])
      return id
    },
    start: (id) => change(id, { state: 'RUNNING', begin: SLURM_NOW_MS / 1000 }),
    end: (id) => change(id, { state: 'COMPLETING' }),
    remove: (id) => write(rows().filter((row) => row.id !== id)),
    mayRun: (id) => rows().find((row) => row.id === id)!.begin! <= SLURM_NOW_MS / 1000,
    writes: () => readFileSync(join(folder, 'log'), 'utf8').split('\n').filter(Boolean).length,
    close: async () => rmSync(folder, { recursive: true }),
  }
  return { ...harness, folder, prefix }
}
