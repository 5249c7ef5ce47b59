import { postgresOutbox } from '../../services/notification/adapters/postgres.ts'
import { describeOutbox } from '../contracts/outbox.contract.ts'
import { ENGINES } from '../support/engines.ts'

for (const engine of ENGINES) describeOutbox(engine, postgresOutbox)
