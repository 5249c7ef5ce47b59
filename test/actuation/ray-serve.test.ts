import { describe, expect, it } from 'vitest'
import { rayServe } from '../../services/actuation/adapters/ray-serve.ts'
import { exactly } from '../../services/actuation/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'
import { realDeps, targetOf } from './backend-world.ts'
import { type Answered, type Asked, loopback } from './loopback.ts'

const NOT_THERE: Answered = { status: 404, json: { error: 'no such path' } }
interface RayCount {
  name: string
  num_replicas?: number
  autoscaling_config?: { min_replicas: number; max_replicas: number }
}
interface RayApp {
  status: string
  external_scaler_enabled?: boolean
  deployed_app_config: { name: string; import_path: string; deployments?: object[] } | null
  deployments: Record<string, { status: string; target_num_replicas: number; replicas: object[] }>
}

async function rayHead(external: boolean) {
  const running = (count: number) => ({
    status: 'HEALTHY',
    target_num_replicas: count,
    replicas: Array.from({ length: count }, () => ({ replica_id: 'r', state: 'RUNNING' })),
  })
  const apps: Record<string, RayApp> = {
    chat: {
      status: 'RUNNING',
      external_scaler_enabled: external,
      deployed_app_config: external ? null : { name: 'chat', import_path: 'chat:app' },
      deployments: { llama: running(1) },
    },
    other: {
      status: 'RUNNING',
      deployed_app_config: { name: 'other', import_path: 'other:app' },
      deployments: { qwen: running(2) },
    },
  }
  const CONFIGS = '/api/serve/applications/'
  function put({ text }: Asked): Answered {
    const { applications, ...rest } = JSON.parse(text)
    if (Object.keys(rest).length > 0 || applications.length !== 2) return { status: 400 }
    return applications.every(deploy) ? { status: 200 } : { status: 400 }
  }
  function deploy(config: {
    name: string
    import_path: string
    deployments?: RayCount[]
  }): boolean {
    apps[config.name]!.deployed_app_config = config
    const counts = config.deployments ?? []
    for (const { name, num_replicas, autoscaling_config: band } of counts) {
      apps[config.name]!.deployments[name] = running(num_replicas ?? band?.min_replicas ?? 1)
    }
    return counts.every(({ num_replicas = 1 }) => num_replicas > 0)
  }
  function scale({ text }: Asked): Answered {
    if (!external) return { status: 412 }
    const { target_num_replicas, ...rest } = JSON.parse(text)
    if (Object.keys(rest).length > 0) return { status: 400 }
    apps.chat!.deployments.llama = running(target_num_replicas)
    return { status: 200, json: { message: 'Scaling request received.' } }
  }
  const server = await loopback((asked) => {
    if (asked.headers.authorization !== 'Bearer tok') return { status: 401 }
    if (asked.method === 'GET' && asked.path === CONFIGS) {
      return { status: 200, json: { applications: apps, target_capacity: null } }
    }
    if (asked.method === 'PUT' && asked.path === CONFIGS) return put(asked)
    return asked.method === 'POST' &&
      asked.path === '/api/v1/applications/chat/deployments/llama/scale'
      ? scale(asked)
      : NOT_THERE
  })
  const target = targetOf({ url: server.url, app: 'chat', deployment: 'llama' })
  return { ...server, apps, target, backend: rayServe(axiosHttp(), { token: 'tok' }, realDeps()) }
}

const OWN_SCALER = { name: 'llama', autoscaling_config: { min_replicas: 1, max_replicas: 9 } }
const WAYS = [
  { name: 'ray-serve with an external scaler', external: true },
  { name: 'ray-serve by its whole config', external: false },
  { name: 'ray-serve with an autoscaler of its own', external: false, deployments: [OWN_SCALER] },
]
for (const { name, external, deployments } of WAYS) {
  describeInferenceBackend(name, async () => {
    const far = await rayHead(external)
    if (deployments) far.apps.chat!.deployed_app_config!.deployments = deployments
    return {
      backend: far.backend,
      target: far.target,
      first: { replicas: exactly(3) },
      second: { replicas: exactly(external ? 0 : 4) },
      unsupported: { engine: 'serving' },
      snapshot: () => structuredClone(far.apps),
      writes: () => far.writes().length,
      arrive: () => undefined,
      alone: (wish) => {
        const { deployments: told, deployed_app_config: config } = far.apps.chat!
        const own = (config?.deployments as RayCount[] | undefined)?.[0]?.autoscaling_config
        return own
          ? Math.max(own.min_replicas, Math.min(own.max_replicas, wish))
          : told.llama!.target_num_replicas
      },
      goDown: far.close,
      close: far.close,
    }
  })
}

describe('ray-serve', () => {
  it('puts back every application, and steers the bounds of one that scales itself', async () => {
    const far = await rayHead(false)
    const chat = far.apps.chat!
    chat.deployed_app_config!.deployments = [
      { name: 'llama', autoscaling_config: { min_replicas: 1, max_replicas: 9, x: 1 } },
      { name: 'tokens', num_replicas: 2 },
    ]
    expect((await far.backend.observe(far.target)).desired.replicas).toEqual({ min: 1, max: 9 })
    await far.backend
      .apply(far.target, { replicas: exactly(2) }, contextOf())
      .catch(() => undefined)
    const [{ text }] = far.writes() as [Asked]
    const config = JSON.parse(text).applications.find(
      ({ name }: { name: string }) => name === 'chat',
    )
    expect(config).toMatchObject({
      import_path: 'chat:app',
      deployments: [
        { name: 'tokens', num_replicas: 2 },
        { name: 'llama', autoscaling_config: { min_replicas: 2, max_replicas: 2, x: 1 } },
      ],
    })
    await far.close()
  })

  it('never deletes what was deployed without a config, nor asks for zero there', async () => {
    const far = await rayHead(false)
    const want = (count: number) =>
      far.backend.apply(far.target, { replicas: exactly(count) }, contextOf())
    await expect(want(0)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await expect(
      far.backend.apply(far.target, { replicas: { min: 1, max: 2 } }, contextOf()),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    far.apps.other!.deployed_app_config = null
    await expect(want(2)).rejects.toMatchObject({ code: 'UPSTREAM_REFUSED' })
    far.apps.chat!.deployed_app_config = null
    expect((await far.backend.probe(far.target)).missing).toHaveLength(1)
    expect(far.writes()).toEqual([])
    await far.close()
  })

  it('says what it cannot find, and what is switched off', async () => {
    const far = await rayHead(false)
    const elsewhere = targetOf({ url: far.url, app: 'chat', deployment: 'gone' })
    await expect(far.backend.observe(elsewhere)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(far.backend.observe(targetOf({}))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    far.apps.chat!.external_scaler_enabled = true
    await expect(
      far.backend.apply(far.target, { replicas: exactly(2) }, contextOf()),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('enable') })
    await expect(
      far.backend.apply(far.target, { replicas: { min: 1, max: 2 } }, contextOf()),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await far.close()
  })
})
