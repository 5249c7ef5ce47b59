import { readFileSync } from 'node:fs'
import { open, readFile, rm, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Conflict } from '../../domain/errors.ts'

interface Holder {
  readonly pid: number
  /** Tells a process from a later one with the same pid; 0 where the system does not say. */
  readonly startTicks: number
  readonly host: string
}

export interface FolderLock {
  release(): Promise<void>
}

const HEARTBEAT_MS = 5_000
const STALE_MS = 30_000

/**
 * Makes this process the only one to use `folder`. The lock of a process that died is taken over.
 *
 * A holder on this host is judged by its process; one on another host (a shared volume) by whether
 * it still touches the lock file.
 *
 * @throws Conflict naming the process that holds it
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lock')
  if (!(await create(path))) await takeOver(folder, path)
  const heartbeat = setInterval(() => {
    const now = new Date()
    void utimes(path, now, now).catch(() => undefined)
  }, HEARTBEAT_MS)
  heartbeat.unref()
  return {
    async release() {
      clearInterval(heartbeat)
      await rm(path, { force: true })
    },
  }
}

/** Exclusively: false where the file is there already. */
async function create(path: string): Promise<boolean> {
  const self: Holder = { pid: process.pid, startTicks: startTicks(process.pid), host: hostname() }
  try {
    const file = await open(path, 'wx')
    await file.writeFile(JSON.stringify(self))
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Two that find the same dead lock must not both win, so the takeover is locked as well. */
async function takeOver(folder: string, path: string): Promise<void> {
  const guard = join(folder, 'lock.takeover')
  await refuseIfHeld(folder, path)
  if (!(await create(guard))) {
    await refuseIfHeld(folder, guard)
    await rm(guard, { force: true })
    throw new Conflict(`${folder} is being taken over by another process; start again`)
  }
  try {
    await refuseIfHeld(folder, path)
    await rm(path, { force: true })
    if (!(await create(path))) await refuseIfHeld(folder, path)
  } finally {
    await rm(guard, { force: true })
  }
}

async function refuseIfHeld(folder: string, path: string): Promise<void> {
  const file = await open(path).catch(() => undefined)
  if (!file) return
  const { mtimeMs } = await file.stat()
  await file.close()
  const holder = parse(await readFile(path, 'utf8').catch(() => ''))
  const fresh = Date.now() - mtimeMs < STALE_MS
  const held = holder?.host === hostname() ? isRunning(holder) : fresh
  if (!held) return
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'a process that is starting'
  throw new Conflict(
    `${folder} is in use by ${who}. Stop it, point GRIDTIDE_HOME at another folder, ` +
      'or set DATABASE_URL to share a PostgreSQL server',
  )
}

/** Undefined for a file that is not whole: its writer was killed, or is about to finish. */
function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder
  } catch {
    return undefined
  }
}

function isRunning({ pid, startTicks: then }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return startTicks(pid) === then
}

/** Field 22 of /proc/PID/stat, counted after the command name, which may hold spaces. */
function startTicks(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return 0
  }
}
