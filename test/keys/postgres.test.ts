import { postgresKeys } from '../../services/keys/adapters/postgres.ts'
import { describeKeyStore } from '../contracts/key-store.contract.ts'
import { ENGINES } from '../support/engines.ts'

for (const engine of ENGINES) describeKeyStore(engine, postgresKeys)
