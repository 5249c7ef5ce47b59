import { randomUUID } from 'node:crypto'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import { describeQueue } from '../contracts/queue.contract.ts'
import { ENGINES, redisUrl } from '../support/engines.ts'

for (const engine of ENGINES) {
  describeQueue({
    name: `BullMQ on ${engine.name}`,
    skip: engine.skip,
    async start() {
      const fresh = await engine.open()
      return {
        open: (options) => bullmqOn({ database: fresh.db }, options),
        stop: () => fresh.destroy(),
      }
    },
  })
}

describeQueue({
  name: 'BullMQ on Redis',
  skip: redisUrl ? undefined : 'TEST_REDIS_URL is not set',
  async start() {
    const keyPrefix = `test-${randomUUID()}`
    return {
      open: (options) => bullmqOn({ redisUrl: redisUrl! }, { ...options, keyPrefix }),
      stop: async () => undefined,
    }
  },
})
