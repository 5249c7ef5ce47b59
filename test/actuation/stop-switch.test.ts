import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../services/platform/database/migrate.ts'
import { stopControl } from '../../services/wiring/api-stop.ts'
import { stopSwitch } from '../../services/wiring/stop-switch.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'

for (const engine of ENGINES) {
  describe.skipIf(engine.skip)(`one switch on two machines: ${engine.name}`, () => {
    let fresh: FreshDatabase
    let homes: string[]
    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
      const folder = () => mkdtemp(join(tmpdir(), 'gridtide-machine-'))
      homes = [await folder(), await folder()]
    })
    afterAll(async () => {
      await fresh?.destroy()
      for (const home of homes ?? []) await rm(home, { recursive: true })
    })
    const machine = (one: number) =>
      stopControl({ stop: stopSwitch(homes[one]!, undefined, fresh.db, 'default') })

    it('is thrown on one and taken back on the other', async () => {
      const [first, second] = [machine(0), machine(1)]
      const stopped = await first.engage('high bills')
      expect(stopped).toEqual({
        stopped: true,
        why: 'stopped by the API: high bills',
        everywhere: true,
      })
      const { everywhere: _, ...view } = stopped
      expect(await second.read()).toEqual(view)
      await second.disengage()
      expect(await first.read()).toEqual({ stopped: false })
      expect(homes.map((home) => existsSync(join(home, 'stop')))).toEqual([false, false])
    })

    it('of all who insist on what they have seen one throws it', async () => {
      const going = (now: { readonly stopped: boolean }) => !now.stopped
      const tries = Array.from({ length: 8 }, (_, i) => machine(i % 2).engage(`by ${i}`, going))
      const done = await Promise.allSettled(tries)
      expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const refusals = done.flatMap((one) => (one.status === 'rejected' ? one.reason.code : []))
      expect(refusals).toEqual(Array(7).fill('CONFLICT'))
      const winner = done.findIndex(({ status }) => status === 'fulfilled')
      expect((await machine(0).read()).why).toBe(`stopped by the API: by ${winner}`)
      await machine(1).disengage()
    })
  })
}
