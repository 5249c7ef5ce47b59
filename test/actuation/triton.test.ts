import { describe, expect, it } from 'vitest'
import { triton } from '../../services/actuation/adapters/triton.ts'
import { exactly } from '../../services/actuation/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'
import { realDeps, targetOf } from './backend-world.ts'
import { type Answered, loopback } from './loopback.ts'

const NOT_THERE: Answered = { status: 404, json: { error: 'no such path' } }
async function tritonServer() {
  const state = { llama: 'READY' as string | undefined }
  const server = await loopback(({ method, path, text }) => {
    if (method !== 'POST') return { status: 405 }
    const body = JSON.parse(text)
    if (path === '/v2/repository/index') {
      return { status: 200, json: [{ name: 'llama', version: '1', state: state.llama }] }
    }
    if (path === '/v2/repository/models/llama/load' && text === '{}') {
      state.llama = 'READY'
      return { status: 200 }
    }
    if (path !== '/v2/repository/models/llama/unload') return NOT_THERE
    if (typeof body.parameters?.unload_dependents !== 'boolean') return { status: 400 }
    state.llama = 'UNAVAILABLE'
    return { status: 200 }
  })
  const target = targetOf({ url: server.url, model: 'llama' }, 'engine')
  return { ...server, state, backend: triton(axiosHttp(), realDeps()), target }
}

describeInferenceBackend('triton', async () => {
  const far = await tritonServer()
  far.state.llama = undefined
  return {
    backend: far.backend,
    target: far.target,
    first: { engine: 'serving' },
    second: { engine: 'unloaded' },
    unsupported: { replicas: exactly(1) },
    snapshot: () => ({ ...far.state }),
    writes: () => far.writes().filter(({ path }) => /load$/.test(path)).length,
    arrive: () => undefined,
    alone: () => undefined,
    goDown: far.close,
    close: far.close,
  }
})

describe('triton', () => {
  it('does not sleep, and knows its models', async () => {
    const far = await tritonServer()
    await expect(
      far.backend.apply(far.target, { engine: 'sleep-1' }, contextOf()),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    const other = targetOf({ url: far.url, model: 'qwen' })
    await expect(far.backend.observe(other)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(far.backend.observe(targetOf({}))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await far.close()
  })
})
