import { describe, expect, it } from 'vitest'
import { toPercent, weightSteps } from '../../services/actuation/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { liteLlm } from '../../services/traffic/adapters/litellm.ts'
import { realDeps, targetOf } from '../actuation/backend-world.ts'
import { loopback } from '../actuation/loopback.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'

async function proxy() {
  const state = {
    weights: { eu: undefined, us: 1 } as Record<string, number | undefined>,
    fromFile: false,
  }
  const server = await loopback(({ method, path, headers, text }) => {
    if (headers.authorization !== 'Bearer sk-1') return { status: 401 }
    if (method === 'GET' && path === '/model/info') {
      const data = Object.entries(state.weights).map(([id, weight]) => ({
        model_name: 'llama',
        litellm_params: { weight },
        model_info: { id, db_model: !state.fromFile },
      }))
      return { status: 200, json: { data } }
    }
    const [, id] = /^\/model\/(\w+)\/update$/.exec(path) ?? []
    if (method !== 'PATCH' || !id) return { status: 404 }
    state.weights[id] = JSON.parse(text).litellm_params.weight
    return { status: 200, json: {} }
  })
  const target = targetOf({ url: server.url, model: 'llama' }, 'route')
  return { ...server, state, target, backend: liteLlm(axiosHttp(), { apiKey: 'sk-1' }, realDeps()) }
}

describeInferenceBackend('litellm', async () => {
  const far = await proxy()
  return {
    backend: far.backend,
    target: far.target,
    first: { weightsPercent: { eu: 30, us: 70 } },
    second: { weightsPercent: { eu: 0, us: 100 } },
    unsupported: { engine: 'serving' },
    snapshot: () => structuredClone(far.state),
    writes: () => far.writes().length,
    arrive: () => undefined,
    alone: () => undefined,
    goDown: far.close,
    close: far.close,
  }
})

describe('litellm', () => {
  it('raises before it lowers, and leaves what does not change', async () => {
    const far = await proxy()
    far.state.weights = { eu: 100, us: 0, asia: 0 }
    const want = { weightsPercent: { eu: 40, us: 60, asia: 0 } }
    await far.backend.apply(far.target, want, contextOf())
    expect(far.writes().map(({ path }) => path)).toEqual(['/model/us/update', '/model/eu/update'])
    await far.close()
  })

  it('touches no proxy whose models would disappear, and no stranger', async () => {
    const far = await proxy()
    const tell = (name: string) =>
      far.backend.apply(far.target, { weightsPercent: { [name]: 100 } }, contextOf())
    await expect(tell('mars')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    far.state.fromFile = true
    expect((await far.backend.probe(far.target)).missing[0]).toContain('database')
    await expect(tell('us')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    const other = targetOf({ url: far.url, model: 'qwen' })
    await expect(far.backend.observe(other)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(far.backend.observe(targetOf({}))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(far.writes()).toEqual([])
    await far.close()
  })
})

describe('weights', () => {
  it('are integers that sum to 100, whatever the shares', () => {
    expect(toPercent({ a: 1, b: 1, c: 1 })).toEqual({ a: 34, b: 33, c: 33 })
    expect(toPercent({ a: 0, b: 0 })).toEqual({})
  })

  it('move in equal steps, through splits that sum to 100', () => {
    const steps = weightSteps({ a: 100 }, { b: 70, c: 30 }, 40)
    expect(steps).toHaveLength(3)
    expect(steps.at(-1)).toEqual({ a: 0, b: 70, c: 30 })
    for (const step of steps) {
      expect(Object.values(step).reduce((sum, share) => sum + share, 0)).toBe(100)
    }
    expect(weightSteps({ a: 100 }, { a: 100 }, 10)).toEqual([])
  })
})
