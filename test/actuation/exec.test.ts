import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { execBackend } from '../../services/actuation/adapters/exec.ts'
import { exactly } from '../../services/actuation/index.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'
import { realDeps, targetOf } from './backend-world.ts'

/** A command as an operator would write it: state in a file, one document in, one out. */
const SCRIPT = `
const { readFileSync, writeFileSync, appendFileSync } = require('node:fs')
const [file, verb] = process.argv.slice(2)
const asked = JSON.parse(readFileSync(0, 'utf8'))
const state = JSON.parse(readFileSync(file, 'utf8'))
if (verb === 'observe') process.stdout.write(JSON.stringify(state))
else {
  appendFileSync(file + '.log', asked.idempotencyKey + '\\n')
  writeFileSync(file, JSON.stringify({ ...state, desired: { ...state.desired, ...asked.desired } }))
}
`
async function command() {
  const folder = await mkdtemp(join(tmpdir(), 'gridtide-exec-'))
  const script = join(folder, 'scale.cjs')
  const file = join(folder, 'state.json')
  await writeFile(script, SCRIPT)
  await writeFile(file, JSON.stringify({ desired: { replicas: exactly(1) }, settled: true }))
  await writeFile(`${file}.log`, '')
  return {
    folder,
    file,
    log: () => readFileSync(`${file}.log`, 'utf8').split('\n').filter(Boolean),
    backend: execBackend({ command: [process.execPath, script, file] }, realDeps()),
    target: targetOf({ partition: 'gpu' }),
    close: () => rm(folder, { recursive: true }),
  }
}

describeInferenceBackend('exec', async () => {
  const far = await command()
  return {
    backend: far.backend,
    target: far.target,
    first: { replicas: exactly(3) },
    second: { replicas: exactly(4) },
    unsupported: { engine: 'serving' },
    snapshot: () => readFileSync(far.file, 'utf8'),
    writes: () => far.log().length,
    arrive: () => undefined,
    alone: () => JSON.parse(readFileSync(far.file, 'utf8')).desired.replicas.min,
    close: far.close,
  }
})

describe('exec', () => {
  const running = (source: string, over = {}) =>
    execBackend({ command: [process.execPath, '-e', source], ...over }, realDeps())

  it('hands over the key, and takes the answer for what it is', async () => {
    const far = await command()
    await far.backend.apply(far.target, { replicas: exactly(2) }, contextOf())
    expect(far.log()).toEqual(['plan-7/step-1'])
    expect(JSON.parse(await readFile(far.file, 'utf8')).desired).toEqual({ replicas: exactly(2) })
    await far.close()
  })

  it.each([
    [
      'process.stderr.write("node is drained\\nmore"); process.exit(1)',
      'UPSTREAM_REFUSED',
      'exec: node is drained',
    ],
    ['process.exit(75)', 'UPSTREAM_UNAVAILABLE', 'ended with 75'],
    ['console.log("not json")', 'UPSTREAM_MALFORMED', 'not JSON'],
    ['console.log("{}")', 'UPSTREAM_MALFORMED', 'unexpected state at /'],
  ])('%s', async (source, code, words) => {
    await expect(running(source).observe(targetOf({}))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    })
  })

  it('ends a command that hangs, floods, or is no longer wanted', async () => {
    const hanging = running('setInterval(() => {}, 1000)', { timeoutMs: 200 })
    await expect(hanging.observe(targetOf({}))).rejects.toMatchObject({ retryable: true })
    const flooding = running('setInterval(() => console.log("x".repeat(1e6)), 1)')
    await expect(flooding.observe(targetOf({}))).rejects.toMatchObject({ retryable: true })
    const aborted = running('setInterval(() => {}, 1000)').observe(
      targetOf({}),
      AbortSignal.timeout(100),
    )
    await expect(aborted).rejects.toThrow()
    const absent = execBackend({ command: ['/no/such/program'] }, realDeps())
    await expect(absent.observe(targetOf({}))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
