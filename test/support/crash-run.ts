import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../services/platform/database/database.ts'
import { bundleChild } from './bundle-child.ts'
import { webhookReceiver } from './webhook-receiver.ts'

export interface CrashChildOptions {
  readonly home: string
  readonly databaseUrl?: string
  readonly redisUrl?: string
  readonly keyPrefix?: string
  readonly receiverUrl: string
  readonly targetUrl: string
  readonly pauseMs: number
}

/** What the killed processes share, and how to look at it once the last of them has ended. */
export type CrashGround = Pick<CrashChildOptions, 'home' | 'databaseUrl' | 'redisUrl'> & {
  open(): Promise<Database>
}

export interface CrashReport {
  readonly kills: number
  /** Of them, in the start, where nothing may have been accepted yet. */
  readonly earlyKills: number
  readonly acceptedWrites: number
  readonly lostWrites: number
  readonly webhooksDue: number
  readonly webhooksLost: number
  readonly webhooksDuplicated: number
  readonly webhooksDuplicatedWithoutId: number
  readonly webhooksOutOfOrder: number
  readonly actions: number
  readonly doubleActions: number
  readonly actionsBackwards: number
}

const CHILD = new URL('./crash-child.ts', import.meta.url).pathname
/** Of the kills, this share falls into the start: a second crash while recovering from the first. */
const EARLY = 0.2
/** Of the webhooks, this share is taken and the answer lost: an outcome that nobody can know. */
const UNKNOWN_OUTCOME = 0.01
/** Optimising the embedded database's code takes half of such a short life's CPU time. */
const NODE_FLAGS = ['--liftoff-only']
/** A process that has done nothing for so long is stuck, not slow. */
const STUCK_MS = 120_000

/** When to stop killing: at the first of both. */
export interface CrashPlan {
  readonly kills: number
  readonly endMs?: number
  /** Told after each kill. */
  readonly tell?: (killed: number) => void
}

/**
 * Kills a service with SIGKILL, again and again, at random points of its work, then lets one live
 * until everything is done, and counts what was lost.
 *
 * @param random in [0, 1)
 */
export async function crashRun(
  ground: CrashGround,
  { kills, endMs = Number.POSITIVE_INFINITY, tell }: CrashPlan,
  random: () => number,
): Promise<CrashReport> {
  const program = await bundleChild(CHILD)
  const target = await fencedTarget()
  const receiver = await webhookReceiver(() => (random() < UNKNOWN_OUTCOME ? 'reset' : 204))
  const { open, ...where } = ground
  const options: CrashChildOptions = {
    ...where,
    keyPrefix: `crash-${randomUUID()}`,
    receiverUrl: receiver.url,
    targetUrl: target.url,
    pauseMs: 10,
  }
  const accepted: number[] = []
  let killed = 0
  let earlyKills = 0
  for (; killed < kills && Date.now() < endMs; killed++) {
    const child = start(program.path, options, accepted)
    if (random() < EARLY) {
      earlyKills++
      await pause(random() * 2_000)
    } else await child.working
    await pause(random() * 500)
    if (child.process.exitCode !== null) throw new Error('a process ended before it was killed')
    child.process.kill('SIGKILL')
    await child.ended
    tell?.(killed + 1)
  }
  const last = start(program.path, options, accepted)
  await last.working
  last.process.stdin!.write('drain\n')
  await last.ended
  if (last.process.exitCode !== 0) throw new Error('the last process did not drain')
  const db = await open()
  const counted = await count(db, accepted, receiver.received)
  await Promise.all([db.close(), receiver.close(), target.close(), program.remove()])
  return { kills: killed, earlyKills, ...counted, ...target.report() }
}

function start(program: string, options: CrashChildOptions, accepted: number[]) {
  const process_: ChildProcess = spawn(
    process.execPath,
    [...NODE_FLAGS, program, JSON.stringify(options)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: process_.stdout! })
  const working = new Promise<void>((resolve, reject) => {
    const stuck = setTimeout(() => reject(new Error('a process is stuck at its start')), STUCK_MS)
    process_.once('exit', () => {
      clearTimeout(stuck)
      reject(new Error('a process ended before it did anything'))
    })
    lines.on('line', (line) => {
      const version = Number(line.split(' ')[1])
      if (line.startsWith('accepted')) accepted.push(version)
      resolve()
    })
  })
  // Both: what the killed process had written is still in the pipe.
  const ended = Promise.all([once(process_, 'exit'), once(lines, 'close')])
  working.catch(() => undefined) // it may be killed before anybody waits for it
  return { process: process_, working, ended }
}

async function count(
  db: Database,
  accepted: readonly number[],
  received: readonly { id: string; body: string }[],
) {
  const plans = await db.query<{ version: number }>('select version from plan')
  const events = await db.query<{ id: string; data: { version: number } }>(
    'select id, data from outbox_event',
  )
  const saved = new Set(plans.map(({ version }) => version))
  const idsOf = new Map<number, Set<string>>()
  const lastOf = new Map<number, number>()
  let outOfOrder = 0
  for (const { id, body } of received) {
    const { version } = (JSON.parse(body) as { data: { version: number } }).data
    const known = idsOf.get(version)
    idsOf.set(version, (known ?? new Set()).add(id))
    const lane = version % 8
    if (!known && version < (lastOf.get(lane) ?? 0)) outOfOrder += 1
    lastOf.set(lane, Math.max(version, lastOf.get(lane) ?? 0))
  }
  return {
    acceptedWrites: accepted.length,
    lostWrites: accepted.filter((version) => !saved.has(version)).length,
    // Due for every plan that is there, whether or not its writer lived to hear so.
    webhooksDue: saved.size,
    webhooksLost:
      [...saved].filter((version) => !idsOf.has(version)).length +
      Math.abs(saved.size - events.length),
    webhooksDuplicated: received.length - idsOf.size,
    webhooksDuplicatedWithoutId: [...idsOf.values()].filter((ids) => ids.size > 1).length,
    webhooksOutOfOrder: outOfOrder,
  }
}

/** Holds one version a region, and takes a write only from who saw what it holds. */
async function fencedTarget() {
  const seen = new Map<string, number>()
  const done: string[] = []
  let backwards = 0
  const server = createServer(async (request, response) => {
    const region = request.url!
    const now = seen.get(region) ?? 0
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json')
      return response.end(JSON.stringify({ seen: now }))
    }
    const { version, ifSeen } = (await json(request)) as { version: number; ifSeen: number }
    if (ifSeen !== now) {
      response.statusCode = 503 // look again
      return response.end()
    }
    if (version < now) backwards += 1
    seen.set(region, version)
    done.push(`${region}@${version}`)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    report: () => ({
      actions: done.length,
      doubleActions: done.length - new Set(done).size,
      actionsBackwards: backwards,
    }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
