/**
 * The beginning of a fleet file: small enough to be planned in a second, and its replicas move when
 * its two zones change places. Backends and what else there is follow it.
 *
 * @param gridUrl where Electricity Maps is, with the token `EM_TOKEN`
 */
export const movingFleet = (gridUrl: string): string => `
gridtide: 1
name: moving
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
`
