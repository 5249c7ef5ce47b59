import { describeDatabase } from '../contracts/database.contract.ts'
import { ENGINES } from '../support/engines.ts'

for (const engine of ENGINES) describeDatabase(engine)
