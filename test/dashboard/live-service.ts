import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildDashboard } from '../../infra/bootstrap/build-dashboard.mjs'
import { freshFolder } from '../support/engines.ts'
import { startGridServer } from '../support/grid-server.ts'
import { hasRealData } from '../support/real-data.ts'
import { recordedWeek } from '../support/recorded-week.ts'
import { startService, until } from '../support/service-process.ts'

export interface LiveService {
  readonly url: string
  close(): Promise<void>
}

/** For a busy machine. */
const PATIENCE_MS = 280_000

const REGIONS = [
  { id: 'frankfurt', zone: 'DE', gpus: 64, pue: 1.25, latencyMs: [10, 90] },
  { id: 'stockholm', zone: 'SE', gpus: 16, pue: 1.08, latencyMs: [28, 110] },
  { id: 'warsaw', zone: 'PL', gpus: 32, pue: 1.3, latencyMs: [22, 105] },
  { id: 'oregon', zone: 'US-NW-BPAT', gpus: 24, pue: 1.12, latencyMs: [140, 20] },
  { id: 'texas', zone: 'US-TEX-ERCO', gpus: 48, pue: 1.2, latencyMs: [130, 25] },
] as const

const regionYaml = ({
  id,
  zone,
  gpus,
  pue,
  latencyMs: [europe, america],
}: (typeof REGIONS)[number]) =>
  `  - { id: ${id}, zone: ${zone}, pue: ${pue}, ownership: releasable, gpus: [{ type: H100, count: ${gpus} }], latencyMs: { europe: ${europe}, america: ${america} } }`

const recordedYaml = (grid: string) => `
grid:
  sources:
    - { source: electricity-maps, token: '\${env:EM_TOKEN}', baseUrl: '${grid}' }`

/** @param grid address of recorded grids; without one the shipped climatology has to do */
const fleetYaml = (grid: string | undefined, horizonHours: number) => `
gridtide: 1
name: two-continents
planning: { windowMinutes: 60, horizonHours: ${horizonHours} }${grid ? recordedYaml(grid) : ''}
origins: [europe, america]
regions:
${REGIONS.map(regionYaml).join('\n')}
models:
  - id: chat
    catalogue: Qwen/Qwen3-32B
    workload: { inputTokens: 600, outputTokens: 300 }
    slo: { ttftP95Ms: 2000, tpotP95Ms: 50 }
    spareReplicas: 1
    demand:
      - origin: europe
        kind: hourly
        timezone: Europe/Berlin
        tokensPerSecond: [3000, 2200, 1800, 1600, 1700, 2300, 4200, 7600, 11500, 14200, 15500, 15200, 13800, 14400, 15000, 14600, 13200, 11800, 10900, 10400, 9600, 8000, 6200, 4400]
      - { origin: america, kind: constant, tokensPerSecond: 4000 }
  - id: assistant
    catalogue: meta-llama/Llama-3.1-8B-Instruct
    workload: { inputTokens: 400, outputTokens: 250 }
    slo: { ttftP95Ms: 1000, tpotP95Ms: 40 }
    demand:
      - { origin: europe, kind: constant, tokensPerSecond: 12000 }
      - { origin: america, kind: constant, tokensPerSecond: 6000 }
`

/**
 * A service on five grids, recorded where the data is there, with its dashboard built and its first
 * plan made.
 *
 * @param horizonHours how far it plans; the shorter, the sooner there is a plan
 */
export async function startLiveService(horizonHours: number): Promise<LiveService> {
  buildDashboard()
  const folder = await mkdtemp(join(tmpdir(), 'gridtide-dashboard-'))
  const home = await freshFolder()
  const zones = REGIONS.map(({ zone }) => zone)
  const grid = hasRealData ? await startGridServer(recordedWeek(zones)) : undefined
  const fleetFile = join(folder, 'fleet.yaml')
  await writeFile(fleetFile, fleetYaml(grid?.url, horizonHours))
  const env = {
    GRIDTIDE_HOME: home,
    GRIDTIDE_TICK_SECONDS: '600',
    LOG_LEVEL: 'warn',
    EM_TOKEN: 'token',
  }
  const service = await startService(fleetFile, env, PATIENCE_MS)
  await until(async () => (await fetch(`${service.url}/readyz`)).ok, 'the first plan', PATIENCE_MS)
  return {
    url: service.url,
    async close() {
      await service.stop('SIGKILL')
      await grid?.close()
      for (const each of [folder, home]) await rm(each, { recursive: true, force: true })
    },
  }
}
