import { describe, expect, it } from 'vitest'
import { kubeconfigConnection } from '../../services/actuation/adapters/kubeconfig.ts'
import { kubernetesApi } from '../../services/actuation/adapters/kubernetes-api.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { type Answered, loopback } from './loopback.ts'

async function server(answer: Answered) {
  const far = await loopback(() => answer)
  const http = axiosHttp()
  return { ...far, api: kubernetesApi(async () => ({ server: far.url, headers: {}, http })) }
}
const status = (code: number, over: object = {}): Answered => ({
  status: code,
  json: { kind: 'Status', code, message: 'the words', ...over },
})
const causes = (...list: object[]) => ({ details: { causes: list } })

describe('kubernetesApi', () => {
  it.each([
    [status(404), 'NOT_FOUND'],
    [status(401), 'FORBIDDEN'],
    [status(403), 'FORBIDDEN'],
    [status(409), 'CONFLICT'],
    [status(415), 'UPSTREAM_REFUSED'],
    [{ status: 400, text: 'no JSON at all' }, 'UPSTREAM_REFUSED'],
    [status(429), 'UPSTREAM_UNAVAILABLE'],
    [status(503), 'UPSTREAM_UNAVAILABLE'],
    [status(422, causes({ field: 'spec.replicas', message: 'negative' })), 'INVALID_INPUT'],
    [{ status: 200, json: { hello: 'world' } }, 'UPSTREAM_MALFORMED'],
  ] as const)('%o on a merge patch is %s', async (answer, code) => {
    const far = await server(answer)
    await expect(far.api.mergePatch('/x', {})).rejects.toMatchObject({ code })
    await far.close()
  })

  it('names the manager that owns a field, and the field that is wrong', async () => {
    const owned = await server(
      status(409, causes({ reason: 'FieldManagerConflict', message: 'conflict with "helm"' })),
    )
    await expect(owned.api.mergePatch('/x', {})).rejects.toThrow('conflict with "helm"')
    await owned.close()
    const wrong = await server(status(422, causes({ field: 'spec.replicas' }, { message: 'odd' })))
    await expect(wrong.api.mergePatch('/x', {})).rejects.toMatchObject({
      issues: [
        { path: '/spec/replicas', message: 'is invalid' },
        { path: '/', message: 'odd' },
      ],
    })
    await wrong.close()
  })

  it('takes a failed test of a JSON patch for the conflict it is', async () => {
    const far = await server(status(422))
    await expect(far.api.jsonPatch('/x', [])).rejects.toMatchObject({ code: 'CONFLICT' })
    await far.close()
    const invalid = await server(status(422, causes({ field: 'spec', message: 'bad' })))
    await expect(invalid.api.jsonPatch('/x', [])).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await invalid.close()
  })
})

const kubeconfig = (url: string, user: object, over: object = {}) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `${url}/`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
    ...over,
  })

describe('kubeconfigConnection', () => {
  it('logs in with a token, or a name and a password', async () => {
    const far = await loopback(() => ({
      status: 200,
      json: { metadata: { name: 'a', resourceVersion: '1' } },
    }))
    for (const [user, authorization] of [
      [{ token: 't0ken' }, 'Bearer t0ken'],
      [{ username: 'me', password: 'pw' }, `Basic ${Buffer.from('me:pw').toString('base64')}`],
    ] as const) {
      const connect = kubeconfigConnection({ text: kubeconfig(far.url, user), context: 'x' })
      await kubernetesApi(connect).get('/api/v1/namespaces/a/pods/b')
      expect(far.asked.at(-1)).toMatchObject({
        path: '/api/v1/namespaces/a/pods/b',
        headers: expect.objectContaining({}),
      })
      expect(Object.values(far.asked.at(-1)!.headers)).toContain(authorization)
      const { http } = await connect()
      expect((await connect()).http).toBe(http)
    }
    await far.close()
  })

  it('needs a cluster to go to', () => {
    const text = kubeconfig('http://x', {}, { 'current-context': 'none' })
    expect(() => kubeconfigConnection({ text })).toThrow('has no cluster')
  })
})
