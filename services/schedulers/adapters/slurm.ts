import { type ExecFileException, execFile } from 'node:child_process'
import {
  InvalidInput,
  UpstreamMalformed,
  UpstreamRefused,
  UpstreamUnavailable,
} from '../../domain/errors.ts'
import { msFromSeconds, signedSecondsFromMs } from '../../domain/units.ts'
import { readAsk } from '../job-ask.ts'
import type { JobScheduler, WaitingJob } from '../port.ts'

export interface SlurmOptions {
  readonly id: string
  readonly region: string
  /** Put before each Slurm command, e.g. `[ssh, login]`; no shell of ours sees it. */
  readonly prefix: readonly string[]
  readonly partition?: string
  readonly timeoutMs: number
  readonly nowMs: () => number
}

const UPSTREAM = 'slurm'
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024
/** A start that moves by less is as good as told. */
const SLACK_MS = 60_000
const COMMENT = 'gridtide:'
/**
 * Id, state, begin (seconds of the epoch), limit, GPUs, nodes, and last the comment. Nothing in it
 * means anything to a shell, since ssh hands it to one.
 */
const FORMAT = '%A^%T^%S^%l^%b^%D^%k'

/**
 * Slurm jobs whose comment says `gridtide:deadline=2026-01-21T06:00:00Z,hours=4`, by their start time.
 * Slurm itself keeps that time: if nobody says anything again, the job starts then. Stopping one that
 * runs needs `sbatch --requeue`.
 */
export function slurm(options: SlurmOptions): JobScheduler {
  const { id, region, partition, nowMs } = options
  const run = (args: readonly [string, ...string[]], abort?: AbortSignal) =>
    runSlurm(options, args, abort)
  const update = (name: string, start: string, abort?: AbortSignal) =>
    run(['scontrol', 'update', `JobId=${name}`, `StartTime=${start}`], abort)

  return {
    id,
    regions: [region],
    async list(abort) {
      const where = partition === undefined ? [] : ['--partition', partition]
      const out = await run(['squeue', '--noheader', '--format', FORMAT, ...where], abort)
      const jobs = out.split('\n').flatMap((line) => lineOf(line) ?? [])
      return jobs.map(({ job }) => job)
    },
    async release({ name }, _regions, abort) {
      const found = await find(name, abort)
      // What waits for GPUs alone has been let go already.
      if (found?.job.state !== 'held' || !found.beginMs || found.beginMs <= nowMs()) return false
      await update(name, 'now', abort)
      return true
    },
    async hold({ name }, untilMs, abort) {
      const found = await find(name, abort)
      if (!found || found.job.state === 'ended') return
      const told = found.beginMs !== undefined && Math.abs(found.beginMs - untilMs) < SLACK_MS
      if (found.job.state === 'held' && told) return
      if (found.running) await run(['scontrol', 'requeue', name], abort)
      // Relative, because an absolute time is read in the zone of Slurm's own machine.
      const seconds = Math.max(1, Math.ceil(signedSecondsFromMs(untilMs - nowMs())))
      await update(name, `now+${seconds}seconds`, abort)
    },
    async missing(abort) {
      await run(['squeue', '--version'], abort)
      await run(['scontrol', '--version'], abort)
      return []
    },
  }

  async function find(name: string, abort?: AbortSignal): Promise<Line | undefined> {
    const out = await run(['squeue', '--noheader', '--format', FORMAT, '--jobs', name], abort)
    return lineOf(out.trim())
  }
}

interface Line {
  readonly job: WaitingJob
  readonly running: boolean
  readonly beginMs?: number
}

const HELD = new Set(['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'SUSPENDED'])
const ENDING = new Set(['COMPLETED', 'COMPLETING', 'CANCELLED', 'FAILED', 'TIMEOUT', 'DEADLINE'])

/** @returns undefined for jobs that are not marked for us */
function lineOf(line: string): Line | undefined {
  if (line === '') return undefined
  const [name, state, begin, limit, gres, nodes, ...rest] = line.split('^')
  const comment = rest.join('^')
  if (!name || !/^\d+$/.test(name) || state === undefined) {
    throw new UpstreamMalformed(`squeue printed ${JSON.stringify(line.slice(0, 80))}`, {
      upstream: UPSTREAM,
    })
  }
  if (!comment.startsWith(COMMENT)) return undefined
  const marks = Object.fromEntries(
    comment
      .slice(COMMENT.length)
      .split(',')
      .map((pair) => {
        const at = pair.indexOf('=')
        return at < 0 ? [pair.trim(), ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
      }),
  )
  const seconds = Number(begin)
  const hours = hoursOf(limit ?? '')
  const said = { gpus: gpusOf(gres ?? '', nodes ?? ''), ...(hours !== undefined && { hours }) }
  return {
    job: {
      name,
      uid: name,
      state: HELD.has(state) ? 'held' : ENDING.has(state) ? 'ended' : 'released',
      ask: readAsk(marks, said),
    },
    running: state === 'RUNNING',
    ...(Number.isFinite(seconds) && seconds > 0 && { beginMs: msFromSeconds(seconds) }),
  }
}

/** A time limit as squeue prints it: `[days-]hours:minutes:seconds`, or less of that. */
function hoursOf(limit: string): number | undefined {
  const [, days = '0', clock = ''] = /^(?:(\d+)-)?([\d:]+)$/.exec(limit) ?? []
  const parts = clock.split(':').map(Number)
  if (clock === '' || parts.some(Number.isNaN)) return undefined
  const [hours = 0, minutes = 0, seconds = 0] = parts.length === 3 ? parts : [0, ...parts]
  return Number(days) * 24 + hours + minutes / 60 + seconds / 3600
}

/** `gres/gpu:h100:4` on each of so many nodes; 1 where it says nothing. */
function gpusOf(gres: string, nodes: string): number {
  const [, count] = /gpu(?::[a-z][^:,]*)?[:=](\d+)/i.exec(gres) ?? []
  return Math.max(1, Number(count ?? 0) * (Number(nodes) || 1))
}

function runSlurm(
  { prefix, timeoutMs }: SlurmOptions,
  args: readonly [string, ...string[]],
  signal?: AbortSignal,
): Promise<string> {
  signal?.throwIfAborted()
  const words = [...prefix, 'env', 'SLURM_TIME_FORMAT=%s', ...args] as const
  const [program, ...rest] = words as unknown as [string, ...string[]]
  const options = { signal, timeout: timeoutMs, maxBuffer: MOST_OUTPUT_BYTES }
  return new Promise((resolve, reject) => {
    execFile(program, rest, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      const why = stderr.trim().split('\n')[0] || error.message
      // A job that is gone is nothing to complain about.
      if (/invalid job id/i.test(why)) resolve('')
      else reject(errorOf(error, why))
    })
  })
}

function errorOf({ code, killed, cmd }: ExecFileException, why: string): Error {
  if (code === 'ENOENT') return new InvalidInput(`slurm: there is no ${cmd?.split(' ')[0]}`)
  const away = killed || /unable to contact|timed out/i.test(why)
  const Refusal = away ? UpstreamUnavailable : UpstreamRefused
  return new Refusal(why, { upstream: UPSTREAM })
}
