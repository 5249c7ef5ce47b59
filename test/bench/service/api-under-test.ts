import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { apiKeys } from '../../../services/api/access/api-keys.ts'
import { postgresAnswers } from '../../../services/api/adapters/postgres-answers.ts'
import { postgresEvents } from '../../../services/api/adapters/postgres-events.ts'
import { buildApp, fleetPorts, type TenantPorts } from '../../../services/api/index.ts'
import { parseFleet } from '../../../services/fleet/index.ts'
import { postgresKeys } from '../../../services/keys/adapters/postgres.ts'
import { createKey } from '../../../services/keys/index.ts'
import { postgresPushedDemand } from '../../../services/overlays/adapters/postgres-demand.ts'
import { postgresOverlays } from '../../../services/overlays/adapters/postgres-overlays.ts'
import { postgresPlans } from '../../../services/plans/adapters/postgres.ts'
import type { Database } from '../../../services/platform/database/database.ts'
import { migrate } from '../../../services/platform/database/migrate.ts'
import { openLog } from '../../../services/platform/log.ts'
import { memoryBatch } from '../../api/memory-batch.ts'
import { memoryOperations } from '../../api/memory-operations.ts'
import { aPlan } from '../../api/memory-ports.ts'

const FLEET = 'config/examples/two-regions.yaml'
const missing = () => Promise.reject(new Error('not part of this bench'))

/**
 * The API as the service runs it, with keys, limits, audit, metrics and log, over one plan in a real
 * database. What the bench does not ask for is not there.
 */
export async function apiUnderTest(db: Database) {
  await migrate(db)
  const nowMs = () => Date.now()
  const plans = postgresPlans(db, 'default')
  const { version: _, ...draft } = aPlan(1, 2, 24)
  await plans.save(draft, { ifVersion: 0, events: () => [] })
  const fleet = parseFleet(readFileSync(FLEET, 'utf8'), { fileName: FLEET })
  const demand = postgresPushedDemand(db)
  const tenant: TenantPorts = {
    ...fleetPorts({ tenant: 'default', file: () => fleet, overlays: postgresOverlays(db), nowMs }),
    plans,
    explain: missing,
    regions: { list: missing },
    demand: { push: (pushed, atMs) => demand.push('default', pushed, atMs), read: missing },
    targets: { list: missing, desired: missing, wanted: missing, wantedBesideCurrent: missing },
    actions: { history: missing },
    stop: { read: missing, engage: missing, disengage: missing },
    audit: { history: missing },
    events: postgresEvents(db, 'default'),
    simulate: missing,
    figures: missing,
    slo: missing,
    fitOf: missing,
    ...memoryOperations([]),
    batch: memoryBatch(Date.now()),
  }
  const keys = postgresKeys(db)
  const scopes = ['read', 'plan'] as const
  const made = await createKey(keys, { tenant: 'default', label: 'bench', scopes }, nowMs())
  const app = await buildApp(
    {
      tenant: () => tenant,
      checks: [],
      metrics: new Registry(),
      keys,
      answers: postgresAnswers(db),
      record: () => undefined,
    },
    {
      version: 'bench',
      security: { mode: 'closed', authenticators: [apiKeys(keys, { nowMs })] },
      limits: { requestsPerMinute: 1e9 },
      log: openLog('info', () => undefined),
    },
  )
  return { app, key: made.text, planBytes: JSON.stringify({ version: 1, ...draft }).length }
}
