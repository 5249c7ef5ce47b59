import { spawn } from 'node:child_process'
import {
  InvalidInput,
  UpstreamMalformed,
  UpstreamRefused,
  UpstreamUnavailable,
} from '../../domain/errors.ts'
import type { BackendDriver } from '../driver.ts'
import { type GuardDeps, guardedBackend } from '../guarded-backend.ts'
import { plainCapabilities } from '../plain-driver.ts'
import type { ApplyContext, Capabilities, Desired, InferenceBackend, TargetRef } from '../port.ts'
import { stateOf } from './told-state.ts'

export interface ExecOptions {
  /** Program and fixed arguments; no shell ever sees them. */
  readonly command: readonly [string, ...string[]]
  readonly supports?: Capabilities['supports']
  readonly timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 30_000
const MOST_OUTPUT_BYTES = 1024 * 1024
/** sysexits.h: try again later. */
const EX_TEMPFAIL = 75
const UPSTREAM = 'exec'

/**
 * A local command, for Slurm and all else that has a command line. It is called with one more
 * argument, `observe` or `apply`, reads one JSON document from stdin and, when observing, writes the
 * state to stdout. Exit status 75 says try again, any other but 0 says no; stderr says why.
 */
export function execBackend(
  { command, supports = ['replicas'], timeoutMs = DEFAULT_TIMEOUT_MS }: ExecOptions,
  deps: GuardDeps,
): InferenceBackend {
  const run = (verb: 'observe' | 'apply', input: object, abort?: AbortSignal): Promise<string> =>
    runCommand([...command, verb], JSON.stringify(input), timeoutMs, abort)

  async function tell(target: TargetRef, desired: Desired, context: ApplyContext): Promise<void> {
    const { idempotencyKey, planVersion, fence, abort } = context
    await run('apply', { target, desired, idempotencyKey, planVersion, fence }, abort)
  }

  const driver: BackendDriver = {
    type: 'exec',
    supports,
    dryRun: 'client',
    async probe(target, abort) {
      await driver.read(target, abort)
      return plainCapabilities(supports)
    },
    async read(target, abort) {
      const state = stateOf(UPSTREAM, parsed(await run('observe', { target }, abort)))
      return { seen: { ...state, observedAtMs: deps.nowMs() }, raw: undefined }
    },
    async write(target, desired, _sighting, context) {
      await tell(target, desired, context)
      return { mode: 'direct', warnings: [] }
    },
    async release(target, before, _sighting, context) {
      if (before) await tell(target, before, context)
    },
  }
  return guardedBackend(driver, deps)
}

function runCommand(
  argv: readonly string[],
  input: string,
  timeoutMs: number,
  abort?: AbortSignal,
): Promise<string> {
  abort?.throwIfAborted()
  const [program, ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { signal: abort, timeout: timeoutMs })
    child.on('error', (error) => reject(startFault(error, program!)))
    if (child.pid === undefined) return // it may have no streams either
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
      if (out.length > MOST_OUTPUT_BYTES) child.kill()
    })
    child.stderr.on('data', (chunk) => {
      err = `${err}${chunk}`.slice(0, 1000)
    })
    child.stdin.on('error', () => undefined) // it need not read what it does not care for
    child.stdin.end(input)
    child.on('close', (status) => {
      if (status === 0) return resolve(out)
      const why = err.trim().split('\n')[0] || `${program} ended with ${status ?? 'a signal'}`
      // Killed by a signal is our own time-out, or somebody's hand.
      return reject(
        status === EX_TEMPFAIL || status === null
          ? new UpstreamUnavailable(why, { upstream: UPSTREAM })
          : new UpstreamRefused(why, { upstream: UPSTREAM }),
      )
    })
  })
}

/** What this machine is short of now, it may have again. */
const SHORT = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'])

function startFault(error: NodeJS.ErrnoException, program: string): Error {
  const { code = '' } = error
  if (code === 'ENOENT') return new InvalidInput(`exec: there is no ${program}`)
  if (!SHORT.has(code)) return error
  return new UpstreamUnavailable(`cannot be started now (${code})`, { upstream: UPSTREAM })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UpstreamMalformed('its state is not JSON', { upstream: UPSTREAM })
  }
}
