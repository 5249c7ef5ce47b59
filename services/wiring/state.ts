import { sqlAuditLog } from '../actuation/adapters/sql-audit-log.ts'
import { sqlKnownGood } from '../actuation/adapters/sql-known-good.ts'
import { sqlLeases } from '../actuation/adapters/sql-lease.ts'
import { sqlShiftStore } from '../actuation/adapters/sql-shift-store.ts'
import { sqlTargetMemory } from '../actuation/adapters/sql-target-memory.ts'
import { sqlToldTargets } from '../actuation/adapters/sql-told-targets.ts'
import { sparingAudit } from '../actuation/index.ts'
import { postgresAnswers } from '../api/adapters/postgres-answers.ts'
import { postgresAudit } from '../api/adapters/postgres-audit.ts'
import { postgresDeferredJobs } from '../deferred/adapters/postgres.ts'
import { postgresYields } from '../deferred/adapters/postgres-yields.ts'
import { postgresFits } from '../fits/adapters/postgres.ts'
import { postgresLiveBiases } from '../fits/adapters/postgres-live-bias.ts'
import { sqlArchive } from '../grid/adapters/sql-store.ts'
import { postgresKeys } from '../keys/adapters/postgres.ts'
import { postgresLedger } from '../ledger/adapters/postgres.ts'
import { postgresOutbox } from '../notification/adapters/postgres.ts'
import { postgresPushedDemand } from '../overlays/adapters/postgres-demand.ts'
import { postgresOverlays } from '../overlays/adapters/postgres-overlays.ts'
import { postgresPlans } from '../plans/adapters/postgres.ts'
import type { Database } from '../platform/database/database.ts'
import { postgresRequestBatches } from '../requests/adapters/postgres-batches.ts'
import { postgresFiles } from '../requests/adapters/postgres-files.ts'
import { postgresRuns } from '../runs/adapters/postgres.ts'
import { postgresSolves } from '../solves/adapters/postgres.ts'

/** Everything that is kept of one tenant, over one database; the grid is everybody's. */
export const openStores = (database: Database, tenant: string) => ({
  plans: postgresPlans(database, tenant),
  solves: postgresSolves(database, tenant),
  fits: postgresFits(database, tenant),
  jobs: postgresDeferredJobs(database, tenant),
  yields: postgresYields(database, tenant),
  files: postgresFiles(database, tenant),
  requestBatches: postgresRequestBatches(database, tenant),
  liveBiases: postgresLiveBiases(database, tenant),
  archive: sqlArchive(database),
  answers: postgresAnswers(database),
  callLog: postgresAudit(database, tenant),
  ledger: postgresLedger(database, tenant),
  runs: postgresRuns(database, tenant),
  outbox: postgresOutbox(database, tenant),
  keys: postgresKeys(database),
  overlays: postgresOverlays(database),
  demand: postgresPushedDemand(database),
  audit: sparingAudit(sqlAuditLog(database, tenant)),
  shifts: sqlShiftStore(database, tenant),
  leases: sqlLeases(database, tenant),
  knownGood: sqlKnownGood(database, tenant),
  targetMemory: sqlTargetMemory(database, tenant),
  toldTargets: sqlToldTargets(database, tenant),
})

export type Stores = ReturnType<typeof openStores>
