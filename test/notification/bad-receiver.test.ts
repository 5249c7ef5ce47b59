import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrate } from '../../services/platform/database/migrate.ts'
import { endpointAt, happen, startSender, untilNothingIsDue } from '../support/bad-delivery-run.ts'
import { badReceiver } from '../support/bad-receiver.ts'
import { embeddedEngine, type FreshDatabase } from '../support/engines.ts'
import { weighDeliveries } from '../support/weigh-deliveries.ts'

const EVENTS = 12
/** From here on no event is so unlucky that it needs a fifth attempt, for which it waits long. */
const FIRST = 500
/** A busy machine must not take for hung what is only slow: that would be one attempt more. */
const ATTEMPT_MS = 5_000
const ENDPOINTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const SUBJECTS = 6

let fresh: FreshDatabase
let receiver: Awaited<ReturnType<typeof badReceiver>>
beforeAll(async () => {
  fresh = await embeddedEngine.open()
  await migrate(fresh.db)
  receiver = await badReceiver()
})
afterAll(async () => {
  await receiver?.close()
  await fresh?.destroy()
})

it('tells a bad receiver everything, in order, and again only what it may not know', async () => {
  const endpoints = ENDPOINTS.map((id) => endpointAt(receiver.url, id))
  const failures: Error[] = []
  const stop = startSender(fresh.db, endpoints, (error) => failures.push(error), ATTEMPT_MS)
  await happen(fresh.db, FIRST, EVENTS, SUBJECTS)
  const { delivered, dead } = await untilNothingIsDue(fresh.db)
  await stop()
  expect(failures).toEqual([])
  expect({ delivered, dead }).toEqual({ delivered: EVENTS * ENDPOINTS.length, dead: 0 })
  const { taken, repeated, repeatedKnown, outOfOrder } = await weighDeliveries(
    fresh.db,
    receiver.heard,
  )
  expect(taken).toBeGreaterThanOrEqual(delivered)
  expect(repeated).toBeGreaterThan(0) // else it was no bad receiver
  expect({ repeatedKnown, outOfOrder }).toEqual({ repeatedKnown: 0, outOfOrder: 0 })
}, 300_000)
