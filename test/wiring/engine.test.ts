import { rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { openLog } from '../../services/platform/log.ts'
import { openEngine } from '../../services/wiring/engine.ts'
import { freshFolder } from '../support/engines.ts'

describe('the engine', () => {
  it('is embedded unless told, says so in one line, and can be opened again', async () => {
    const home = await freshFolder()
    const lines: string[] = []
    const log = openLog('info', (line) => lines.push(line))
    const engine = await openEngine({ home }, log)
    expect(engine.queue.engine).toBe('embedded')
    expect(await engine.queue.counts('tick')).toMatchObject({ waiting: 0 })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(home)
    await engine.close()

    // Nobody answers there, and the database must not stay locked for that.
    const away = openEngine({ home, redisUrl: 'redis://127.0.0.1:1' }, log)
    await expect(away).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    await (await openEngine({ home }, log)).close()
    await rm(home, { recursive: true, force: true })
  })
})
