import { spawnSync } from 'node:child_process'
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
import { builtProgram } from '../support/built-program.ts'

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

test('the LiteLLM models are those that the fleet file names', () => {
  const { model_list: models } = parse(readFileSync('examples/litellm/config.yaml', 'utf8'))
  const file = 'examples/litellm/fleet.yaml'
  const fleet = parseFleet(readFileSync(file, 'utf8'), { fileName: file })
  const named = fleet.regions.map(({ id }) => `${fleet.models[0]!.id}-${id}`)
  expect(models.map((model: { model_info: { id: string } }) => model.model_info.id)).toEqual(named)
  expect(fleet.routes[0]).toMatchObject({ targets: [{ backend: '{model}-{region}' }] })
})

describe('the GitHub Action', () => {
  const { inputs, outputs, runs } = parse(readFileSync('examples/github-action/action.yml', 'utf8'))
  const [step] = runs.steps

  test('gives its step every input, and takes every output from it', () => {
    for (const name of Object.keys(inputs)) {
      expect(Object.values(step.env)).toContain(`\${{ inputs.${name} }}`)
    }
    for (const [name, { value }] of Object.entries<{ value: string }>(outputs)) {
      expect(value).toBe(`\${{ steps.when.outputs.${name} }}`)
    }
    const { jobs } = parse(readFileSync('examples/github-action/workflow.yml', 'utf8'))
    const given = Object.keys(jobs.ask.steps[0].with)
    const required = Object.keys(inputs).filter((name) => inputs[name].required)
    expect(given.toSorted()).toEqual(required.toSorted())
  })

  test('asks the command line, and answers in outputs; a mistake fails the step', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gridtide-action-'))
    const program = await builtProgram()
    const npx = `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${program}" "$@"\n`
    writeFileSync(join(folder, 'npx'), npx, { mode: 0o755 })
    const env = {
      PATH: `${folder}:${process.env.PATH}`,
      GITHUB_OUTPUT: join(folder, 'output'),
      DURATION: '1h',
      DEADLINE: '+24h',
      ZONE: 'DE',
      LEAST_SAVING: '1',
      VERSION: 'latest',
    }
    const run = (more: object = {}) =>
      spawnSync('bash', ['-e', '-c', step.run], { env: { ...env, ...more }, encoding: 'utf8' })
    expect(run().status).toBe(0)
    expect(readFileSync(env.GITHUB_OUTPUT, 'utf8')).toMatch(
      /^now=(true|false)\nstart=\d{4}-\S+Z\ncarbon-g-per-kwh=\d+\n$/,
    )
    expect(run({ ZONE: 'ATLANTIS' }).status).toBe(1)
    rmSync(folder, { recursive: true })
  })
})

test('Grafana is provisioned with a Prometheus and the folder that the README names', () => {
  const read = (name: string) => readFileSync(join('examples/grafana', name), 'utf8')
  const { datasources } = parse(read('datasource.yaml'))
  const { providers } = parse(read('dashboards.yaml'))
  expect(datasources).toMatchObject([{ type: 'prometheus', isDefault: true }])
  expect(read('README.md')).toContain(providers[0].options.path)
  expect(existsSync('infra/grafana/gridtide.json')).toBe(true)
})
