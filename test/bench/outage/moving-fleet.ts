/** Seconds between two ticks of the service under harm. */
export const TICK_SECONDS = 5
/** Of every target that was ever told anything: what it may never be told less than. */
export const FLOOR_REPLICAS = 1
export const BACKEND_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`

const DAY_HOURS = 24

/** A day that rises and falls: a series that stands still would be taken for a broken one. */
const dayAround = (meanGPerKwh: number) => ({
  startMs: 0,
  hourlyGPerKwh: Array.from(
    { length: DAY_HOURS },
    (_, hour) => meanGPerKwh * (1 + 0.2 * Math.sin((hour / DAY_HOURS) * 2 * Math.PI)),
  ),
})

/** Of two zones one is much cleaner, gCO2e/kWh; which of them is up to the factors of the grid server. */
export const TWO_ZONES = { DE: dayAround(300), SE: dayAround(60) }

/** A fleet small enough to be planned in a second, whose replicas move when its zones change places. */
export const movingFleet = (gridUrl: string, backendUrl: string): string => `
gridtide: 1
name: outage
planning: { windowMinutes: 60, horizonHours: 12 }
grid:
  sources:
    - { source: electricity-maps, token: '\${env:EM_TOKEN}', baseUrl: '${gridUrl}' }
origins: [europe]
regions:
  - { id: frankfurt, zone: DE, ownership: releasable, gpus: [{ type: H100, count: 32 }], latencyMs: { europe: 10 } }
  - { id: stockholm, zone: SE, ownership: releasable, gpus: [{ type: H100, count: 32 }], latencyMs: { europe: 30 } }
models:
  - id: assistant
    catalogue: meta-llama/Llama-3.1-8B-Instruct
    workload: { inputTokens: 400, outputTokens: 250 }
    slo: { ttftP95Ms: 1000, tpotP95Ms: 40 }
    demand: [{ origin: europe, kind: constant, tokensPerSecond: 12000 }]
policy: { minDwellMinutes: 0 }
moves: { drainSeconds: 1 }
backends:
  - id: ours
    kind: http
    secret: '\${env:BACKEND_SECRET}'
    allowPrivate: true
    targets: [{ url: '${backendUrl}/{region}/{model}/{variant}', floorReplicas: ${FLOOR_REPLICAS} }]
`
