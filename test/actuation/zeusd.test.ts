import { describe, expect, it } from 'vitest'
import { zeusd } from '../../services/actuation/adapters/zeusd.ts'
import { exactly } from '../../services/actuation/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'
import { realDeps, targetOf } from './backend-world.ts'
import { type Answered, type Asked, loopback } from './loopback.ts'

const NOT_THERE: Answered = { status: 404, json: { error: 'no such path' } }
const only = (asked: Asked, ...allowed: readonly string[]): boolean =>
  [...asked.query.keys()].every((key) => allowed.includes(key))

async function zeusDaemon() {
  const DEFAULT_MW = 700_000
  const state: { limits: Record<string, number>; clock?: string; bmcMw?: number } = {
    limits: { 0: DEFAULT_MW, 1: DEFAULT_MW },
  }
  const perGpu = (value: (gpu: string) => object) => ({
    status: 200,
    json: Object.fromEntries(Object.keys(state.limits).map((gpu) => [gpu, value(gpu)])),
  })
  const writes: Record<string, readonly string[]> = {
    set_power_limit: ['gpu_ids', 'block', 'power_limit_mw'],
    set_gpu_locked_clocks: ['gpu_ids', 'block', 'min_clock_mhz', 'max_clock_mhz'],
    reset_gpu_locked_clocks: ['gpu_ids', 'block'],
  }
  function write(verb: string, asked: Asked): Answered {
    const keys = writes[verb]
    if (!keys) return NOT_THERE
    const wellFormed = asked.text === '' && only(asked, ...keys)
    if (!wellFormed || asked.query.get('gpu_ids') !== '0,1') return { status: 400 }
    if (asked.headers.authorization !== 'Bearer jwt') return { status: 401 }
    if (verb === 'set_power_limit') return setLimit(asked)
    state.clock = asked.query.get('max_clock_mhz') ?? 'default'
    return { status: 200 }
  }
  function setLimit(asked: Asked): Answered {
    const mw = Number(asked.query.get('power_limit_mw'))
    for (const gpu of Object.keys(state.limits)) {
      state.limits[gpu] = Math.min(mw, state.bmcMw ?? DEFAULT_MW)
    }
    return { status: 200 }
  }
  const server = await loopback((asked) => {
    const verb = asked.path.replace('/gpu/', '')
    if (asked.method === 'POST') return write(verb, asked)
    if (verb === 'get_power_limit') return perGpu((gpu) => ({ power_limit_mw: state.limits[gpu] }))
    return verb === 'get_power_limit_constraints'
      ? perGpu(() => ({ min_power_limit_mw: 200_000, max_power_limit_mw: DEFAULT_MW }))
      : NOT_THERE
  })
  const backend = (token = 'jwt') => zeusd(axiosHttp(), { token }, realDeps())
  return {
    ...server,
    state,
    backend,
    target: targetOf({ url: server.url, gpuIds: '0,1' }, 'power'),
  }
}

describeInferenceBackend('zeusd', async () => {
  const far = await zeusDaemon()
  return {
    backend: far.backend(),
    target: far.target,
    first: { powerCapWatts: 400, smClockMhz: { min: 210, max: 1_200 } },
    second: { powerCapWatts: 'default', smClockMhz: 'default' },
    unsupported: { replicas: exactly(1) },
    snapshot: () => structuredClone(far.state),
    writes: () => far.writes().length,
    arrive: () => undefined,
    alone: () => undefined,
    goDown: far.close,
    close: far.close,
  }
})

describe('zeusd', () => {
  it('reads back what the GPUs really hold', async () => {
    const far = await zeusDaemon()
    expect((await far.backend().probe(far.target)).powerWatts).toEqual({ min: 200, max: 700 })
    far.state.bmcMw = 500_000
    await expect(
      far.backend().apply(far.target, { powerCapWatts: 600 }, contextOf()),
    ).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('hold 500') })
    far.state.limits = { 0: 400_000, 1: 300_000 }
    expect(await far.backend().observe(far.target)).toMatchObject({
      desired: { powerCapWatts: 300 },
      settled: false,
    })
    await far.close()
  })

  it('asks for nothing out of range, and says what each GPU answers', async () => {
    const far = await zeusDaemon()
    const cap = (watts: number, token?: string) =>
      far.backend(token).apply(far.target, { powerCapWatts: watts }, contextOf())
    await expect(cap(100)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(cap(300, 'stolen')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(far.backend().observe(targetOf({}))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    far.state.limits = {}
    await expect(far.backend().observe(far.target)).rejects.toMatchObject({
      code: 'UPSTREAM_MALFORMED',
    })
    await far.close()
    const partial = await loopback(({ method, path }) => {
      if (method === 'POST') return { status: 500, json: { errors: { 1: 'lost its power' } } }
      return path.endsWith('constraints')
        ? { status: 200, json: { 0: { min_power_limit_mw: 1, max_power_limit_mw: 700_000 } } }
        : { status: 200, json: { 0: { power_limit_mw: 700_000 } } }
    })
    const target = targetOf({ url: partial.url, gpuIds: '0,1' })
    await expect(
      zeusd(axiosHttp(), {}, realDeps()).apply(target, { powerCapWatts: 300 }, contextOf()),
    ).rejects.toMatchObject({
      code: 'UPSTREAM_REFUSED',
      message: expect.stringContaining('GPU 1: lost'),
    })
    await partial.close()
  })
})
