import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Conflict, InvalidInput, NotFound, Unsupported } from '../../domain/errors.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import type { BackendDriver } from '../driver.ts'
import { type GuardDeps, guardedBackend } from '../guarded-backend.ts'
import { plainCapabilities, plainSighting } from '../plain-driver.ts'
import type { EngineState, InferenceBackend, TargetRef } from '../port.ts'

const sleepingShape = Compile(Type.Object({ is_sleeping: Type.Boolean() }))
const RUNNING = ['vllm:num_requests_running{', 'vllm:num_requests_running ']
const UPSTREAM = 'vllm'

/**
 * One vLLM server put to sleep and woken. Locator: `url` of that server, on a private path.
 *
 * Needs `--enable-sleep-mode` and `VLLM_SERVER_DEV_MODE=1`. Going to sleep aborts what still runs,
 * so it is refused while anything does. A sleeping GPU still draws its idle power.
 */
export function vllmSleep(http: HttpClient, deps: GuardDeps): InferenceBackend {
  const server = vllmServer(http)
  const driver: BackendDriver = {
    type: 'vllm-sleep',
    supports: ['engine'],
    dryRun: 'client',
    async probe(target, abort) {
      const on = await server.hasSleepMode(target, abort)
      const missing = on ? [] : ['needs --enable-sleep-mode and VLLM_SERVER_DEV_MODE=1']
      return plainCapabilities(driver.supports, { scaleToZero: false, missing })
    },
    async read(target, abort) {
      const asleep = await server.isSleeping(target, abort)
      const told = (await deps.memory.recall(target.id))?.applied.engine
      // The server says that it sleeps, not how deep: that is what we told it, if we did.
      const depth = told === 'sleep-2' ? 'sleep-2' : 'sleep-1'
      return plainSighting({ engine: asleep ? depth : 'serving' }, deps.nowMs())
    },
    async write(target, { engine }, { seen }, { abort }) {
      await server.turn(target, engine!, seen.desired.engine!, abort)
      return { mode: 'direct', warnings: [] }
    },
    async release(target, before, { seen }, { abort }) {
      await server.turn(target, before?.engine ?? 'serving', seen.desired.engine!, abort)
    },
  }
  return guardedBackend(driver, deps)
}

function vllmServer(http: HttpClient) {
  const urlOf = ({ id, locator: { url } }: TargetRef, path: string): string => {
    if (url) return `${url}${path}`
    throw new InvalidInput(`${id}: its locator needs a url`)
  }

  async function hasSleepMode(target: TargetRef, abort?: AbortSignal): Promise<boolean> {
    const url = urlOf(target, '/is_sleeping')
    return (await http.send(UPSTREAM, { url, allowStatus: [404], abort })).status !== 404
  }

  async function isSleeping(target: TargetRef, abort?: AbortSignal): Promise<boolean> {
    if (!(await hasSleepMode(target, abort))) throw new NotFound(`${target.id}: sleep mode is off`)
    const request = { url: urlOf(target, '/is_sleeping'), abort }
    return (await getShaped(http, UPSTREAM, sleepingShape, request)).is_sleeping
  }

  async function requestsRunning(target: TargetRef, abort?: AbortSignal): Promise<number> {
    const { body } = await http.send(UPSTREAM, { url: urlOf(target, '/metrics'), abort })
    const counts = String(body)
      .split('\n')
      .filter((line) => RUNNING.some((name) => line.startsWith(name)))
      .map((line) => Number(line.trim().split(' ').at(-1)))
    // A silent server may be busy: missing knowledge never puts one to sleep.
    if (counts.length === 0 || counts.some(Number.isNaN)) {
      throw new Conflict(`${target.id}: it does not say what runs there`)
    }
    return counts.reduce((sum, count) => sum + count, 0)
  }

  async function turn(
    target: TargetRef,
    to: EngineState,
    from: EngineState,
    abort?: AbortSignal,
  ): Promise<void> {
    if (to === from) return
    if (to === 'unloaded') throw new Unsupported(`${target.id}: vLLM sleeps, it does not unload`)
    if (from !== 'serving') await wake(target, from, abort)
    if (to !== 'serving') await putToSleep(target, to === 'sleep-2' ? 2 : 1, abort)
  }

  async function wake(target: TargetRef, from: EngineState, abort?: AbortSignal): Promise<void> {
    const post = { method: 'POST', abort } as const
    await http.send(UPSTREAM, { ...post, url: urlOf(target, '/wake_up') })
    if (from !== 'sleep-2') return
    const body = { method: 'reload_weights' }
    await http.send(UPSTREAM, { ...post, url: urlOf(target, '/collective_rpc'), body })
  }

  async function putToSleep(target: TargetRef, level: 1 | 2, abort?: AbortSignal): Promise<void> {
    const running = await requestsRunning(target, abort)
    if (running > 0) throw new Conflict(`${target.id}: ${running} requests still run there`)
    const url = urlOf(target, '/sleep')
    await http.send(UPSTREAM, { method: 'POST', url, query: { level }, abort })
  }

  return { hasSleepMode, isSleeping, turn }
}
