import { type ChannelCredentials, credentials, status } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import {
  type ScalerTls,
  scalerCredentials,
  serveExternalScaler,
} from '../../services/keda/index.ts'
import { certificates } from './certificates.ts'
import { kedaClient } from './keda-client.ts'

const METRIC = 'gridtide-desired-replicas'
const wanted = new Map<string, number | Error>()
const stops: (() => unknown)[] = []
beforeEach(() => wanted.clear())
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function serve(tls?: ScalerTls) {
  const desired = async (id: string) => {
    const replicas = wanted.get(id)
    if (replicas instanceof Error) throw replicas
    return replicas === undefined ? undefined : { desiredReplicas: replicas }
  }
  const how = { host: 'localhost', port: 0, credentials: scalerCredentials(tls, tls !== undefined) }
  const server = await serveExternalScaler({ desired }, { ...how, pollMs: 10 })
  stops.push(server.close)
  return server.port
}

function connect(port: number, how: ChannelCredentials = credentials.createInsecure()) {
  const client = kedaClient(port, how)
  stops.push(client.close)
  return client
}

const object = (target?: string) => ({
  name: 'llama',
  namespace: 'llm',
  scalerMetadata: { scalerAddress: 'gridtide:9090', ...(target && { target }) },
})
const metricsOf = (target: string) => ({ scaledObjectRef: object(target), metricName: METRIC })

describe('the external scaler', () => {
  let client: ReturnType<typeof connect>
  beforeEach(async () => {
    client = connect(await serve())
  })

  it('tells how many replicas are wanted, and whether any', async () => {
    wanted.set('eu/llama', 7)
    expect(await client.ask('IsActive', object('eu/llama'))).toEqual({ result: true })
    const { metricSpecs } = (await client.ask('GetMetricSpec', object('eu/llama'))) as never
    // Average value over a target of 1: the HPA comes to exactly this many replicas.
    expect(metricSpecs).toEqual([{ metricName: METRIC, targetSize: 1, targetSizeFloat: 1 }])
    expect(await client.ask('GetMetrics', metricsOf('eu/llama'))).toEqual({
      metricValues: [{ metricName: METRIC, metricValue: 7, metricValueFloat: 7 }],
    })
    wanted.set('eu/llama', 0)
    expect(await client.ask('IsActive', object('eu/llama'))).toEqual({ result: false })
  })

  it('answers with an error and never with 0 where nothing is asked, or nobody knows', async () => {
    const refused = (target: string) => expect(client.ask('GetMetrics', metricsOf(target))).rejects
    await refused('eu/other').toMatchObject({ code: status.NOT_FOUND })
    await expect(client.ask('IsActive', object())).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: expect.stringContaining('`target`'),
    })
    wanted.set('eu/llama', new UpstreamUnavailable('no answer', { upstream: 'database' }))
    await refused('eu/llama').toMatchObject({ code: status.UNAVAILABLE })
    wanted.set('eu/llama', new TypeError('a defect with a password in it'))
    await refused('eu/llama').toMatchObject({
      code: status.INTERNAL,
      details: 'something went wrong here',
    })
  })

  it('pushes the state at once and every change of it to whoever watches', async () => {
    wanted.set('eu/llama', 0)
    const seen: unknown[] = []
    for await (const state of client.watch('StreamIsActive', object('eu/llama'))) {
      seen.push(state)
      if (seen.length === 1) wanted.set('eu/llama', 2)
      if (seen.length === 2) break
    }
    expect(seen).toEqual([{ result: false }, { result: true }])
  })

  it('ends a stream with an error once nobody knows any more, so that KEDA calls again', async () => {
    wanted.set('eu/llama', 1)
    const watching = async () => {
      for await (const _state of client.watch('StreamIsActive', object('eu/llama'))) {
        wanted.delete('eu/llama')
      }
    }
    await expect(watching()).rejects.toMatchObject({ code: status.NOT_FOUND })
  })

  it('says of the newest, optional method that it is not implemented, as KEDA expects', async () => {
    const watching = async () => {
      for await (const _spec of client.watch('StreamMetricSpec', object('eu/llama'))) return
    }
    await expect(watching()).rejects.toMatchObject({ code: status.UNIMPLEMENTED })
  })
})

describe('beyond this machine', () => {
  it('is served with certificates alone', () => {
    expect(() => scalerCredentials(undefined, true)).toThrow('GRIDTIDE_SCALER_CERT')
    const no = Buffer.from('no PEM')
    expect(() =>
      scalerCredentials({ certificate: no, key: no, clientAuthority: no }, true),
    ).toThrow("the external scaler's certificate")
  })

  it('answers clients of its authority, and neither strangers nor anybody without one', async () => {
    const { authority, server, client, stranger } = await certificates()
    const port = await serve({ ...server, clientAuthority: authority })
    wanted.set('eu/llama', 3)
    const ask = (how: ChannelCredentials) => connect(port, how).ask('IsActive', object('eu/llama'))
    const as = ({ key, certificate }: typeof client) =>
      credentials.createSsl(authority, key, certificate)
    expect(await ask(as(client))).toEqual({ result: true })
    const away = { code: status.UNAVAILABLE }
    await expect(ask(as(stranger))).rejects.toMatchObject(away)
    await expect(ask(credentials.createSsl(authority))).rejects.toMatchObject(away)
    await expect(ask(credentials.createInsecure())).rejects.toMatchObject(away)
  })
})
