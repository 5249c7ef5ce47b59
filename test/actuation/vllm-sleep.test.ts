import { describe, expect, it } from 'vitest'
import { vllmSleep } from '../../services/actuation/adapters/vllm-sleep.ts'
import { exactly } from '../../services/actuation/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'
import { realDeps, targetOf } from './backend-world.ts'
import { type Answered, type Asked, loopback } from './loopback.ts'

const NOT_THERE: Answered = { status: 404, json: { error: 'no such path' } }
const only = (asked: Asked, ...allowed: readonly string[]): boolean =>
  [...asked.query.keys()].every((key) => allowed.includes(key))

async function vllmServer() {
  const state = { level: 0, running: 0, devMode: true, silent: false }
  const routes: Record<string, (asked: Asked) => Answered> = {
    'GET /is_sleeping': () => ({ status: 200, json: { is_sleeping: state.level > 0 } }),
    'GET /metrics': () => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      text: state.silent ? '' : `vllm:num_requests_running{model_name="m"} ${state.running}.0\n`,
    }),
    'POST /sleep': (asked) => {
      if (!only(asked, 'level')) return { status: 422 }
      state.level = Number(asked.query.get('level'))
      return { status: 200 }
    },
    'POST /wake_up': () => {
      state.level = 0
      return { status: 200 }
    },
    'POST /collective_rpc': ({ text }) =>
      text === '{"method":"reload_weights"}' ? { status: 200 } : { status: 400 },
  }
  const server = await loopback((asked) =>
    state.devMode ? (routes[`${asked.method} ${asked.path}`]?.(asked) ?? NOT_THERE) : NOT_THERE,
  )
  const deps = realDeps()
  const target = targetOf({ url: server.url }, 'engine')
  return { ...server, state, backend: vllmSleep(axiosHttp(), deps), target }
}

describeInferenceBackend('vllm-sleep', async () => {
  const far = await vllmServer()
  return {
    backend: far.backend,
    target: far.target,
    first: { engine: 'sleep-1' },
    second: { engine: 'sleep-2' },
    unsupported: { replicas: exactly(1) },
    snapshot: () => ({ ...far.state }),
    writes: () => far.writes().length,
    arrive: () => undefined,
    alone: () => undefined,
    goDown: far.close,
    close: far.close,
  }
})

describe('vllm-sleep', () => {
  it('puts nobody to sleep who works, or does not say', async () => {
    const far = await vllmServer()
    const sleep = () => far.backend.apply(far.target, { engine: 'sleep-1' }, contextOf())
    far.state.running = 2
    await expect(sleep()).rejects.toMatchObject({ code: 'CONFLICT' })
    far.state.silent = true
    await expect(sleep()).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(far.state.level).toBe(0)
    await expect(
      far.backend.apply(far.target, { engine: 'unloaded' }, contextOf()),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    far.state.devMode = false
    expect((await far.backend.probe(far.target)).missing[0]).toContain('--enable-sleep-mode')
    await expect(far.backend.observe(far.target)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(far.backend.observe(targetOf({}))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await far.close()
  })

  it('reloads the weights after a deep sleep', async () => {
    const far = await vllmServer()
    await far.backend.apply(far.target, { engine: 'sleep-2' }, contextOf())
    await far.backend.apply(far.target, { engine: 'serving' }, contextOf())
    expect(far.writes().map(({ path }) => path)).toEqual(['/sleep', '/wake_up', '/collective_rpc'])
    await far.close()
  })
})
