import type { OperatingPoint } from '../../services/fitting/index.ts'
import { type Fleet, parseFleet } from '../../services/fleet/index.ts'

/** Two regions, one model. @param more YAML appended at the top level */
export const smallFleet = (more = ''): Fleet =>
  parseFleet(
    `
gridtide: 1
name: small
origins: [europe]
regions:
  - { id: eu-north, zone: SE, ownership: releasable, gpus: [{ type: H100, count: 16 }], latencyMs: { europe: 30 } }
  - { id: eu-central, zone: DE, gpus: [{ type: H100, count: 16 }], latencyMs: { europe: 10 } }
models:
  - id: llama
    catalogue: meta-llama/Llama-3.1-8B-Instruct
    workload: { inputTokens: 400, outputTokens: 250 }
    slo: { ttftP95Ms: 1000, tpotP95Ms: 40 }
    demand: [{ origin: europe, kind: constant, tokensPerSecond: 150 }]
${more}`,
    { fileName: 'small.yaml' },
  )

/** A layout on two GPUs that carries 100 tokens/s a replica. */
export const smallPoint: OperatingPoint = {
  id: 'H100-tp2-pp1-fp8-b64',
  variant: {
    gpu: 'H100',
    tensorParallel: 2,
    pipelineParallel: 1,
    dataParallel: 1,
    expertParallel: false,
    precision: 'fp8',
    maxBatch: 64,
  },
  gpusPerReplica: 2,
  capacityTokensPerSecond: 100,
  ttftP95Ms: 500,
  tpotP95Ms: 30,
  idleWatts: 240,
  busyWatts: 1200,
  startSeconds: 120,
  startJoules: 60_000,
  logSdJoulesPerToken: 0.05,
  runs: 3,
}
