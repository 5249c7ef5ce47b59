import { type AccountPorts, account } from '../services/pipeline/account.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/account.ts`. */
export const accountJob =
  (ports: AccountPorts): JobHandler<'account'> =>
  (payload) =>
    account(ports, payload)
