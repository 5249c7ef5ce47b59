// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
import { describe, expect, it } from 'vitest'
import { openPowerMeter, openTelemetry } from '../../services/wiring/telemetry.ts'
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
  powerLabels: { llama: { pod: llama-0 } }
  allowPrivate: true
`)
  const clock = { nowMs: 0 }
  const warnings: string[] = []
  const deps = {
    env: { TOKEN: 'tok' },
    nowMs: () => clock.nowMs,
    warn: (message: string) => void warnings.push(message),
  }
  const serving = await openTelemetry(fleet, deps)
  const gpuWatts = await openPowerMeter(fleet, deps)
  return { ...far, serving, gpuWatts, clock, warnings }
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

  it('reads the watts of the GPUs that the fleet names for a model, and of no others', async () => {
    const far = await opened((query) =>
      query.startsWith('sum(rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{cluster="eu",pod="llama-0"}')
        ? vector('1234.5')
        : { status: 400 },
    )
    expect(await far.gpuWatts('llama')).toBe(1234.5)
    expect(await far.gpuWatts('another')).toBeUndefined()
    expect(far.asked).toHaveLength(1)
    await far.close()
    const silent = await opened(() => ({ status: 503 }))
    expect(await silent.gpuWatts('llama')).toBeUndefined()
    expect(silent.warnings).toEqual(['power of llama: prometheus: answered 503'])
    await silent.close()
    const deps = { env: {}, nowMs: () => 0, warn: () => undefined }
    expect(await (await openPowerMeter(smallFleet(), deps))('llama')).toBeUndefined()
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
