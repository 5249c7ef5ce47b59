import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { execBackend } from '../../services/actuation/adapters/exec.ts'
import { exactly } from '../../services/actuation/index.ts'
import { variantId } from '../../services/domain/variant.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { realDeps, targetOf } from '../actuation/backend-world.ts'
import { contextOf } from '../contracts/inference-backend.contract.ts'

const folders = readdirSync('examples', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

describe.each(folders)('examples/%s', (name) => {
  const folder = join('examples', name)

  test('says what it is', () => {
    expect(readFileSync(join(folder, 'README.md'), 'utf8').length).toBeGreaterThan(200)
    expect(readFileSync('examples/README.md', 'utf8')).toContain(`(${name})`)
  })

  test.skipIf(!existsSync(join(folder, 'fleet.yaml')))('its fleet file is valid', () => {
    const file = join(folder, 'fleet.yaml')
    expect(parseFleet(readFileSync(file, 'utf8'), { fileName: file }).name).toBe(name)
  })
})

test('the Deployment is one, named as the fleet file names it', () => {
  const deployment = parse(readFileSync('examples/vllm-kubernetes/deployment.yaml', 'utf8'))
  expect(() => new Deployment(deployment).validate()).not.toThrow()
  const file = 'examples/vllm-kubernetes/fleet.yaml'
  const { models } = parseFleet(readFileSync(file, 'utf8'), { fileName: file })
  const variant = { gpu: 'H100', pipelineParallel: 1, dataParallel: 1, expertParallel: false }
  const id = variantId({ ...variant, tensorParallel: 2, precision: 'bf16', maxBatch: 128 })
  expect(deployment.metadata.name).toBe(`${models[0]!.id}-${id}`.toLowerCase())
})

/** Slurm's three commands, over a file of lines "id state name". */
const SLURM = `
const { readFileSync, writeFileSync } = require('node:fs')
const [file, command, ...args] = process.argv.slice(2)
const jobs = readFileSync(file, 'utf8').split('\\n').filter(Boolean).map((line) => line.split(' '))
const after = (flag) => args[args.indexOf(flag) + 1]
const keep = (kept) => writeFileSync(file, kept.map((job) => job.join(' ')).join('\\n'))
if (command === 'sbatch') {
  keep([...jobs, [String(Math.max(0, ...jobs.map(([id]) => Number(id))) + 1), 'PENDING', after('--job-name')]])
} else if (command === 'scancel') {
  keep(jobs.filter(([id]) => id !== args.at(-1)))
} else if (command === 'squeue') {
  if (after('--format') !== '%A %T' || !args.includes('--noheader')) throw new Error('unknown format')
  for (const [id, state, name] of jobs) if (name === after('--name')) console.log(id + ' ' + state)
}
`

describe('the Slurm command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridtide-slurm-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const jobs = join(folder, 'jobs')
  writeFileSync(join(folder, 'slurm.cjs'), SLURM)
  for (const name of ['squeue', 'sbatch', 'scancel']) {
    const call = `exec "${process.execPath}" "${folder}/slurm.cjs" "${jobs}" ${name} "$@"`
    writeFileSync(join(folder, name), `#!/bin/sh\n${call}\n`, { mode: 0o755 })
  }
  const script = join(process.cwd(), 'examples/slurm/gridtide-slurm.mjs')
  const backend = execBackend(
    { command: ['env', `PATH=${folder}:${process.env.PATH}`, process.execPath, script] },
    realDeps(),
  )
  const target = targetOf({ job: 'chat', script: '/opt/llm/chat.sh' })

  test('starts, counts and ends jobs of its name, what waits first', async () => {
    writeFileSync(jobs, '1 RUNNING chat\n2 RUNNING other\n3 RUNNING chat')
    expect(await backend.observe(target)).toMatchObject({
      desired: { replicas: exactly(2) },
      settled: true,
      readyReplicas: 2,
    })
    await backend.apply(target, { replicas: exactly(4) }, contextOf({ fence: 1 }))
    expect(await backend.observe(target)).toMatchObject({ settled: false, readyReplicas: 2 })
    expect(readFileSync(jobs, 'utf8').match(/PENDING chat/g)).toHaveLength(2)
    await backend.apply(target, { replicas: exactly(1) }, contextOf({ fence: 2 }))
    expect(readFileSync(jobs, 'utf8')).toBe('1 RUNNING chat\n2 RUNNING other')
  })
})
