import { describe, expect, it } from 'vitest'
import { axiosHttp } from '../../services/platform/http.ts'
import { prometheus } from '../../services/telemetry/adapters/prometheus.ts'
import {
  type Engine,
  gpuPowerQuery,
  judgeSlo,
  queryFor,
  readServing,
} from '../../services/telemetry/index.ts'
import { type Answered, type Asked, loopback } from '../actuation/loopback.ts'

const scope = { engine: 'vllm', model: 'llama', windowSeconds: 300 } as const
const vector = (...values: readonly string[]) => ({
  status: 200,
  json: {
    status: 'success',
    data: {
      resultType: 'vector',
      result: values.map((v) => ({ metric: { a: 'b' }, value: [7, v] })),
    },
  },
})

async function server(answer: (query: string, asked: Asked) => Answered) {
  const far = await loopback((asked) => {
    if (asked.method !== 'POST' || asked.path !== '/api/v1/query') return { status: 404 }
    if (asked.headers['content-type'] !== 'application/x-www-form-urlencoded')
      return { status: 415 }
    return answer(new URLSearchParams(asked.text).get('query')!, asked)
  })
  return { ...far, source: prometheus(axiosHttp(), { baseUrl: `${far.url}/`, token: 'tok' }) }
}

describe('prometheus', () => {
  it('reads samples as they are: numbers, beyond the last bucket, or nothing', async () => {
    const far = await server((_query, { headers }) =>
      headers.authorization === 'Bearer tok'
        ? vector('1500.4', 'NaN', '+Inf', '9223372036854775794', '-Inf')
        : { status: 401 },
    )
    expect(await far.source.query('up')).toEqual([
      { labels: { a: 'b' }, value: 1500.4, atMs: 7_000 },
      { labels: { a: 'b' }, value: Number.POSITIVE_INFINITY, atMs: 7_000 },
    ])
    await far.close()
  })

  it('reads a scalar, and no series as no knowledge', async () => {
    const far = await server((query) =>
      query === '1'
        ? {
            status: 200,
            json: { status: 'success', data: { resultType: 'scalar', result: [1, '1'] } },
          }
        : vector(),
    )
    expect(await far.source.query('1')).toEqual([{ labels: {}, value: 1, atMs: 1_000 }])
    expect(await far.source.query('absent')).toEqual([])
    await far.close()
  })

  it.each([
    [{ status: 400, json: { status: 'error', errorType: 'bad_data' } }, 'UPSTREAM_REFUSED'],
    [{ status: 422, json: { status: 'error', errorType: 'execution' } }, 'UPSTREAM_REFUSED'],
    [{ status: 503 }, 'UPSTREAM_UNAVAILABLE'],
    [
      { status: 200, json: { status: 'success', data: { resultType: 'matrix' } } },
      'UPSTREAM_MALFORMED',
    ],
  ])('%o is %s', async (answer, code) => {
    const far = await server(() => answer)
    await expect(far.source.query('x')).rejects.toMatchObject({ code })
    await far.close()
  })
})

describe('presets', () => {
  it('ask for the new name or the old one, of this model alone', () => {
    expect(queryFor('tpotP95Seconds', scope)).toBe(
      'histogram_quantile(0.95, sum by (le) (rate(vllm:inter_token_latency_seconds_bucket' +
        '{model_name="llama"}[300s]))) or histogram_quantile(0.95, sum by (le) ' +
        '(rate(vllm:time_per_output_token_seconds_bucket{model_name="llama"}[300s])))',
    )
    expect(queryFor('outputTokensPerSecond', scope)).toBe(
      'sum(rate(vllm:generation_tokens_total{model_name="llama"}[300s]))',
    )
    expect(queryFor('requestsWaiting', { engine: 'triton', windowSeconds: 60 })).toBe(
      'sum(nv_inference_pending_request_count)',
    )
    expect(gpuPowerQuery({ pod: 'llama-0' }, 60)).toBe(
      'sum(rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{pod="llama-0"}[60s])) / 1000',
    )
  })

  it.each<[Engine, number]>([
    ['vllm', 5],
    ['sglang', 5],
    ['tgi', 4],
    ['triton', 1],
    ['dynamo', 5],
  ])('%s tells %i of five quantities', async (engine, known) => {
    const asked: string[] = []
    const source = {
      query: async (promQl: string) => {
        asked.push(promQl)
        return [{ labels: {}, value: 1, atMs: asked.length }]
      },
    }
    const serving = await readServing(source, { engine, windowSeconds: 60 })
    expect(asked).toHaveLength(known)
    expect(Object.keys(serving)).toHaveLength(known + 1)
    expect(serving.atMs).toBe(1)
  })

  it('let no name escape its quotes', () => {
    const query = queryFor('requestsRunning', { ...scope, model: 'x"} or vector(0) #' })
    expect(query).toBe('sum(vllm:num_requests_running{model_name="x\\"} or vector(0) #"})')
    expect(() => gpuPowerQuery({ 'a=': '1' }, 60)).toThrow('no label name')
  })

  it('know nothing where there are no series', async () => {
    expect(await readServing({ query: async () => [] }, scope)).toEqual({})
  })
})

describe('promises', () => {
  const target = { ttftP95Seconds: 1, tpotP95Seconds: 0.05 }
  it.each([
    [{}, 'unknown'],
    [{ requestsRunning: 4 }, 'unknown'],
    [{ ttftP95Seconds: 0.9 }, 'ok'],
    [{ ttftP95Seconds: 0.9, tpotP95Seconds: 0.05 }, 'ok'],
    [{ ttftP95Seconds: 0.9, tpotP95Seconds: 0.06 }, 'burning'],
    [{ ttftP95Seconds: Number.POSITIVE_INFINITY }, 'burning'],
  ])('%o is %s', (serving, verdict) => {
    expect(judgeSlo(serving, target)).toBe(verdict)
  })
})
