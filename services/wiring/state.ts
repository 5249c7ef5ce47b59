import { sqlAuditLog } from '../actuation/adapters/sql-audit-log.ts'
import { sqlTargetMemory } from '../actuation/adapters/sql-target-memory.ts'
import { sqlToldTargets } from '../actuation/adapters/sql-told-targets.ts'
import { postgresAnswers } from '../api/adapters/postgres-answers.ts'
import { postgresFits } from '../fits/adapters/postgres.ts'
import { sqlArchive } from '../grid/adapters/sql-store.ts'
import { postgresKeys } from '../keys/adapters/postgres.ts'
import { postgresLedger } from '../ledger/adapters/postgres.ts'
import { postgresOutbox } from '../notification/adapters/postgres.ts'
import { postgresPushedDemand } from '../overlays/adapters/postgres-demand.ts'
import { postgresOverlays } from '../overlays/adapters/postgres-overlays.ts'
import { postgresPlans } from '../plans/adapters/postgres.ts'
import type { Database } from '../platform/database/database.ts'
import { postgresSolves } from '../solves/adapters/postgres.ts'

/** Everything that is kept, over one database. */
export const openStores = (database: Database) => ({
  plans: postgresPlans(database),
  solves: postgresSolves(database),
  fits: postgresFits(database),
  archive: sqlArchive(database),
  answers: postgresAnswers(database),
  ledger: postgresLedger(database),
  outbox: postgresOutbox(database),
  keys: postgresKeys(database),
  overlays: postgresOverlays(database),
  demand: postgresPushedDemand(database),
  audit: sqlAuditLog(database),
  targetMemory: sqlTargetMemory(database),
  toldTargets: sqlToldTargets(database),
})

export type Stores = ReturnType<typeof openStores>
