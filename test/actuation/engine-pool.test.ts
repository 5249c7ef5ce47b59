import { describe, expect, it } from 'vitest'
import { triton } from '../../services/actuation/adapters/triton.ts'
import { vllmSleep } from '../../services/actuation/adapters/vllm-sleep.ts'
import { enginePool, exactly } from '../../services/actuation/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'
import { realDeps, targetOf } from './backend-world.ts'
import { loopback } from './loopback.ts'

const NAMES = ['one', 'two', 'three'] as const
type Name = (typeof NAMES)[number]

/** Three vLLM servers behind one address, the first awake. */
async function vllmServers() {
  const levels: Record<Name, number> = { one: 0, two: 1, three: 1 }
  const state = { devMode: true }
  const server = await loopback(({ method, path, query }) => {
    const [, name, verb] = path.split('/') as [string, Name, string]
    if (!state.devMode) return { status: 404 }
    if (verb === 'is_sleeping') return { status: 200, json: { is_sleeping: levels[name] > 0 } }
    if (verb === 'metrics') {
      return { status: 200, headers: {}, text: 'vllm:num_requests_running 0\n' }
    }
    if (method !== 'POST' || !['sleep', 'wake_up'].includes(verb)) return { status: 404 }
    levels[name] = verb === 'sleep' ? Number(query.get('level')) : 0
    return { status: 200 }
  })
  const deps = realDeps()
  const backend = enginePool(vllmSleep(axiosHttp(), deps), { asleep: 'sleep-1' }, deps)
  const target = targetOf({ urls: NAMES.map((name) => `${server.url}/${name}`).join(' ') })
  return { ...server, levels, state, backend, target }
}

describeInferenceBackend('a pool of sleeping vLLM servers', async () => {
  const far = await vllmServers()
  return {
    backend: far.backend,
    target: far.target,
    first: { replicas: exactly(3) },
    second: { replicas: exactly(0) },
    unsupported: { engine: 'serving' },
    snapshot: () => ({ ...far.levels }),
    writes: () => far.writes().length,
    arrive: () => undefined,
    alone: () => Object.values(far.levels).filter((level) => level === 0).length,
    goDown: far.close,
    close: far.close,
  }
})

describe('a pool of servers', () => {
  it('leaves those that serve alone, wakes the first and puts the last to sleep', async () => {
    const far = await vllmServers()
    Object.assign(far.levels, { one: 1, two: 0, three: 0 })
    const want = (count: number) =>
      far.backend.apply(far.target, { replicas: exactly(count) }, contextOf())
    await want(1)
    expect(far.levels).toEqual({ one: 1, two: 0, three: 1 })
    await want(2)
    expect(far.levels).toEqual({ one: 0, two: 0, three: 1 })
    await expect(want(4)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    const band = { replicas: { min: 1, max: 3 } }
    await expect(far.backend.apply(far.target, band, contextOf())).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    })
    await far.close()
  })

  it('gives back each server as it found it, and none that it never told', async () => {
    const far = await vllmServers()
    await far.backend.apply(far.target, { replicas: exactly(2) }, contextOf())
    await far.backend.release(far.target, contextOf())
    expect(far.levels).toEqual({ one: 0, two: 1, three: 1 })
    await far.close()
  })

  it('says once what its servers lack, and needs some', async () => {
    const far = await vllmServers()
    far.state.devMode = false
    expect((await far.backend.probe(far.target)).missing).toHaveLength(1)
    await expect(far.backend.observe(targetOf({}))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await far.close()
  })

  it('is not settled while Triton still loads', async () => {
    const server = await loopback(() => ({
      status: 200,
      json: [{ name: 'llama', state: 'LOADING' }],
    }))
    const deps = realDeps()
    const pool = enginePool(triton(axiosHttp(), deps), { asleep: 'unloaded' }, deps)
    const seen = await pool.observe(targetOf({ urls: server.url, model: 'llama' }))
    expect(seen).toMatchObject({
      desired: { replicas: exactly(1) },
      readyReplicas: 0,
      settled: false,
    })
    await server.close()
  })
})
