import { postgresPlans } from '../../services/plans/adapters/postgres.ts'
import { describePlanStore } from '../contracts/plan-store.contract.ts'
import { ENGINES } from '../support/engines.ts'

for (const engine of ENGINES) describePlanStore(engine, postgresPlans)
