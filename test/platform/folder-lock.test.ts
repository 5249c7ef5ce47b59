import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEmbedded } from '../../services/platform/database/embedded.ts'
import { lockFolder } from '../../services/platform/database/folder-lock.ts'
import { freshFolder } from '../support/engines.ts'

/** Of a process that has ended. */
const deadPid = spawnSync(process.execPath, ['-e', '']).pid

describe('the lock of a data folder', () => {
  let folder = ''
  const lock = () => join(folder, 'lock')
  const held = (holder: object) => writeFile(lock(), JSON.stringify(holder))
  const old = () => utimes(lock(), new Date(0), new Date(0))

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gridtide-lock-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('refuses a second holder by name, and is free again after release', async () => {
    const first = await lockFolder(folder)
    const second = lockFolder(folder)
    await expect(second).rejects.toThrow(`process ${process.pid} on ${hostname()}`)
    await expect(second).rejects.toThrow(/GRIDTIDE_HOME|DATABASE_URL/)
    await first.release()
    const third = await lockFolder(folder)
    await third.release()
    expect(await readdir(folder)).toEqual([])
  })

  it('is taken over from a process that died', async () => {
    await held({ pid: deadPid, startTicks: 1, host: hostname() })
    await (await lockFolder(folder)).release()
  })

  it('is not fooled by another process that got the same number', async () => {
    await held({ pid: process.ppid, startTicks: 1, host: hostname() })
    await (await lockFolder(folder)).release()
  })

  it('goes to one of many that find it abandoned', async () => {
    await held({ pid: deadPid, startTicks: 1, host: hostname() })
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)))
    const winners = results.filter(({ status }) => status === 'fulfilled')
    expect(winners).toHaveLength(1)
  })

  it('judges a holder on another host by its heartbeat', async () => {
    await held({ pid: 1, startTicks: 1, host: 'elsewhere' })
    await expect(lockFolder(folder)).rejects.toThrow('process 1 on elsewhere')
    await old()
    await (await lockFolder(folder)).release()
  })

  it('waits for a lock that is being written, and takes over one that never was', async () => {
    await writeFile(lock(), '{"pid":')
    await expect(lockFolder(folder)).rejects.toThrow('a process that is starting')
    await old()
    await (await lockFolder(folder)).release()
  })

  it('is left free where the database cannot be opened', async () => {
    await writeFile(join(folder, 'postgres'), 'this is a file')
    await expect(openEmbedded(folder)).rejects.toThrow()
    expect(await readdir(folder)).toEqual(['postgres'])
  })

  it('guards the embedded database', async () => {
    const home = await freshFolder()
    const db = await openEmbedded(home)
    await expect(openEmbedded(home)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }])
    await db.close()
    await rm(home, { recursive: true, force: true })
  })
})
