import { rm } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnv } from '../../config/env.ts'
import { buildApp } from '../../services/api/index.ts'
import type { KeptBias } from '../../services/fits/index.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { correctLive } from '../../services/pipeline/correct-live.ts'
import { frameNow } from '../../services/pipeline/frame-now.ts'
import { recordTraffic } from '../../services/pipeline/record-traffic.ts'
import { openLog } from '../../services/platform/log.ts'
import type { Engine } from '../../services/telemetry/index.ts'
import { apiPorts } from '../../services/wiring/api-ports.ts'
import { correctionPorts } from '../../services/wiring/correction-ports.ts'
import { frameSources } from '../../services/wiring/planning-steps.ts'
import { openService, type Service } from '../../services/wiring/service.ts'
import { stepPorts } from '../../services/wiring/steps.ts'
import { openTelemetry } from '../../services/wiring/telemetry.ts'
import { trafficPorts } from '../../services/wiring/traffic-ports.ts'
import { startWorkers } from '../../workers/start-workers.ts'
import { freshFolder } from '../support/engines.ts'
import {
  type PrometheusServer,
  type Series,
  startPrometheus,
} from '../support/prometheus-server.ts'
import { until } from '../support/service-process.ts'

const MINUTE_MS = 60_000
const BATCH = 48
/** Production takes 1.6 times as long as predicted, and draws a tenth more. */
const SLOWER = 1.6
const HOTTER = 1.1
/** The correction is clamped to 30 %: exp(0.26). */
const CLAMPED = Math.exp(0.26)

const fleetYaml = (prometheusUrl: string) => `
gridtide: 1
name: corrected
planning: { windowMinutes: 60, horizonHours: 3 }
origins: [europe]
regions:
  - { id: stockholm, zone: SE, gpus: [{ type: H100, count: 16 }], latencyMs: { europe: 10 } }
models:
  - id: chat
    catalogue: meta-llama/Llama-3.1-8B-Instruct
    workload: { inputTokens: 400, outputTokens: 250 }
    slo: { ttftP95Ms: 5000, tpotP95Ms: 400 }
    demand: [{ origin: europe, kind: constant, tokensPerSecond: 20000 }]
    variants: [{ gpu: H100, tensorParallel: 1, precision: bf16, maxBatch: 64 }]
telemetry:
  prometheus: { url: '${prometheusUrl}' }
  engine: vllm
  modelNames: { chat: meta/chat }
  powerLabels: { chat: { namespace: chat } }
  allowPrivate: true
`

/** What each engine's exporter calls running requests and output tokens, and labels them by. */
const NAMES = {
  vllm: ['vllm:num_requests_running', 'vllm:generation_tokens_total', 'model_name'],
  sglang: ['sglang:num_running_reqs', 'sglang:generation_tokens_total', 'model_name'],
  dynamo: [
    'dynamo_frontend_inflight_requests',
    'dynamo_frontend_output_sequence_tokens_sum',
    'model',
  ],
} as const satisfies Partial<Record<Engine, readonly string[]>>

describe('production corrects a running service', () => {
  let home: string
  let service: Service
  let app: FastifyInstance
  let prometheus: PrometheusServer

  beforeAll(async () => {
    home = await freshFolder()
    prometheus = await startPrometheus()
    const fleetFile = 'corrected.yaml'
    service = await openService({
      env: readEnv({ GRIDTIDE_HOME: home, GRIDTIDE_TICK_SECONDS: '600' }),
      secrets: {},
      fleetFile,
      fleet: parseFleet(fleetYaml(prometheus.url), { fileName: fleetFile }),
      fleetHash: 'f',
      log: openLog('fatal'),
    })
    const security = { mode: 'open', tenant: 'default' } as const
    app = await buildApp(apiPorts(service), { security, version: '0.0.0' })
    await startWorkers(service.queue, stepPorts(service))
    await service.queue.add({ name: 'refit-models', payload: { model: 'chat' }, id: 'refit' })
    await service.queue.add({ name: 'tick', payload: { clock: 'test' }, id: 'tick-1' })
  }, 120_000)

  afterAll(async () => {
    await app.close()
    await service.close()
    await prometheus.close()
    await rm(home, { recursive: true, force: true })
  })

  /** The plan of a version or later, with what it stands on. */
  const planFrom = (version: number) =>
    until(async () => {
      const stored = await service.stores.plans.current()
      if (!stored || stored.version < version || stored.outcome.status !== 'planned') return false
      const { plan } = stored.outcome
      const [assignment] = plan.assignments.filter(({ replicas }) => replicas > 0)
      const [fit] = await service.stores.fits.all()
      return { plan, replicas: assignment!.replicas, point: fit!.points[0]! }
    }, `plan ${version}`)

  /** What exporters show while `replicas` run as slow and as hot as said above. */
  async function scraped(engine: keyof typeof NAMES, replicas: number): Promise<Series[]> {
    const [running, tokens, label] = NAMES[engine]
    const { point } = await planFrom(1)
    const predicted = await correctionPorts(service).predicted('chat', point.variant, BATCH)
    const stepMs = Math.exp(predicted!.step.logMean) * SLOWER
    const watts = Math.exp(predicted!.power.logMean) * HOTTER
    const labels = { [label]: 'meta/chat' }
    const gpus = Array.from(
      { length: replicas },
      (_, gpu): Series => ({
        name: 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
        labels: { namespace: 'chat', gpu: String(gpu) },
        perSecond: 1000 * watts, // millijoules
      }),
    )
    return [
      ...gpus,
      { ...gpus[0]!, labels: { namespace: 'another' } },
      { name: running, labels, value: BATCH * replicas },
      { name: running, labels: { [label]: 'another' }, value: 7 },
      { name: tokens, labels, perSecond: (1e3 * BATCH * replicas) / stepMs },
    ]
  }

  /**
   * What the live correction asks for, at a moved clock. Its telemetry is opened anew by that clock:
   * the service's own answers for five seconds what it heard before anything was scraped.
   */
  async function portsAt(nowMs: () => number, engine: Engine, warn: (text: string) => void) {
    const telemetry = { ...service.fleet.telemetry!, engine }
    const serving = await openTelemetry({ telemetry }, { env: {}, nowMs, warn })
    return { ...correctionPorts({ ...service, nowMs }), serving }
  }

  it('clamps the bias of a layout, plans with it, and raises the alarm', async () => {
    const before = await planFrom(1)
    prometheus.show(await scraped('vllm', before.replicas))
    let nowMs = Date.now() + 15 * MINUTE_MS // what the plan told has settled by then
    const warnings: string[] = []
    const ports = await portsAt(
      () => nowMs,
      'vllm',
      (text) => void warnings.push(text),
    )
    for (let minute = 0; minute < 12; minute++, nowMs += MINUTE_MS) {
      expect(await correctLive(ports)).toEqual({ compared: 2 })
    }
    expect(warnings).toEqual([])

    const corrected = await until(async () => {
      const [fit] = await service.stores.fits.all()
      const point = fit!.points[0]!
      return point.busyWatts !== before.point.busyWatts && point
    }, 'the model to be fitted anew')
    const ratio = (of: 'busyWatts' | 'capacityTokensPerSecond') => corrected[of] / before.point[of]
    expect(ratio('busyWatts')).toBeCloseTo(HOTTER, 6)
    expect(ratio('capacityTokensPerSecond')).toBeCloseTo(1 / CLAMPED, 6)

    await service.queue.add({ name: 'tick', payload: { clock: 'test' }, id: 'tick-2' })
    const after = await planFrom(2)
    expect(after.replicas).toBeGreaterThan(before.replicas)
    const energy = after.plan.predicted.energyKwh / before.plan.predicted.energyKwh
    expect(energy).toBeGreaterThan(HOTTER)
    expect(energy).toBeLessThan(HOTTER * CLAMPED * 1.05)

    const events = (await app.inject({ url: '/v1/events/log' })).json().items
    const alarms = events.filter(({ type }: { type: string }) => type === 'model.drift')
    const quantityOf = ({ data }: { data: { quantity: string } }) => data.quantity
    expect(alarms.map(quantityOf).sort()).toEqual(['power', 'step']) // each once
    const { data } = alarms.find((alarm: never) => quantityOf(alarm) === 'step')
    expect(data).toMatchObject({ model: 'chat' })
    expect(data.measuredOverPredicted).toBeCloseTo(SLOWER, 6)
    const exported = await service.metrics.registry.metrics()
    expect(exported).toMatch(/gridtide_model_drift\{.*quantity="step".*\} 1/)
    expect(exported).toMatch(/gridtide_model_bias_ratio\{.*quantity="power".*\} 1\.1/)
  }, 120_000)

  it.each(['vllm', 'sglang', 'dynamo'] as const)('hears the same of %s', async (engine) => {
    const { replicas } = await planFrom(1)
    prometheus.show(await scraped(engine, replicas))
    const warnings: string[] = []
    const kept: KeptBias[] = []
    const nowMs = Date.now() + 15 * MINUTE_MS
    const { compared } = await correctLive({
      ...(await portsAt(
        () => nowMs,
        engine,
        (text) => void warnings.push(text),
      )),
      biases: { of: async () => [], save: async (bias) => kept.push(bias) > 0 },
      observe: () => undefined,
    })
    expect([compared, warnings]).toEqual([2, []])
    const biasOf = (quantity: string) =>
      Math.exp(kept.find((one) => one.quantity === quantity)!.bias.logBias)
    expect(biasOf('step')).toBeCloseTo(SLOWER, 6)
    expect(biasOf('power')).toBeCloseTo(HOTTER, 6)
  })

  it('keeps what is served as measured traffic, and plans know of it', async () => {
    const { replicas } = await planFrom(1)
    const series = await scraped('vllm', replicas)
    prometheus.show(series)
    const nowMs = () => Date.now()
    const { serving } = await portsAt(nowMs, 'vllm', () => undefined)
    expect(await recordTraffic({ ...trafficPorts(service), serving })).toEqual({ recorded: 1 })
    const { items } = (await app.inject({ url: '/v1/models/chat/demand' })).json()
    const rate = series.at(-1)!.perSecond!
    expect(items).toMatchObject([{ origin: 'europe', kind: 'measured' }])
    expect(items[0].slots[0].tokensPerSecond).toBeCloseTo(rate, 3)
    const { problem } = await frameNow(await frameSources(service))
    const [{ expectedTokensPerSecond }] = problem.models[0]!.demand as [never]
    expect(expectedTokensPerSecond[0]).toBeCloseTo(rate, 3)
  })
})
