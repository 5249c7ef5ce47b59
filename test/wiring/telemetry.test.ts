// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
import { describe, expect, it } from 'vitest'
import { openTelemetry } from '../../services/wiring/telemetry.ts'
import { type Answered, loopback } from '../actuation/loopback.ts'
import { smallFleet } from '../support/small-fleet.ts'

const vector = (value: string): Answered => ({
  status: 200,
  json: {
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [7, value] }] },
  },
})

async function opened(answer: (query: string) => Answered) {
  const far = await loopback(({ headers, text }) =>
    headers.authorization === 'Bearer tok'
      ? answer(new URLSearchParams(text).get('query')!)
      : { status: 401 },
  )
  const fleet = smallFleet(`
telemetry:
  prometheus: { url: "${far.url}", token: "\${env:TOKEN}" }
  engine: vllm
  modelNames: { llama: meta/llama }
  labels: { cluster: eu }
  allowPrivate: true
`)
  const clock = { nowMs: 0 }
  const warnings: string[] = []
  const serving = await openTelemetry(fleet, {
    env: { TOKEN: 'tok' },
    nowMs: () => clock.nowMs,
    warn: (message) => warnings.push(message),
  })
  return { ...far, serving, clock, warnings }
}

describe('telemetry of a fleet', () => {
  it('is asked by the names of the metrics, and not again at once', async () => {
    const far = await opened((query) =>
      query.includes('{cluster="eu",model_name="meta/llama"}') ? vector('3') : { status: 400 },
    )
    const [first] = await Promise.all([far.serving('llama'), far.serving('llama')])
    expect(first).toMatchObject({ outputTokensPerSecond: 3, ttftP95Seconds: 3, atMs: 7_000 })
    expect(far.asked).toHaveLength(5)
    far.clock.nowMs = 5_000
    await far.serving('llama')
    expect(far.asked).toHaveLength(10)
    await far.close()
  })

  it('knows nothing while it does not answer, and says so', async () => {
    const far = await opened(() => ({ status: 503 }))
    expect(await far.serving('llama')).toEqual({})
    expect(far.warnings).toEqual(['telemetry of llama: prometheus: answered 503'])
    await far.close()
  })

  it('knows nothing where the fleet has none', async () => {
    const deps = { env: {}, nowMs: () => 0, warn: () => undefined }
    expect(await (await openTelemetry(smallFleet(), deps))('llama')).toEqual({})
  })

  it('refuses to start without its token', async () => {
    const fleet = smallFleet(
      'telemetry: { prometheus: { url: "https://p.example", token: "${env:NONE}" }, engine: vllm }',
    )
    const deps = { env: {}, nowMs: () => 0, warn: () => undefined }
    await expect(openTelemetry(fleet, deps)).rejects.toThrow(/NONE is not set/)
  })
})
