import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import {
  Conflict,
  Forbidden,
  InvalidInput,
  UpstreamMalformed,
  UpstreamRefused,
} from '../../domain/errors.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import type { BackendDriver } from '../driver.ts'
import { type GuardDeps, guardedBackend } from '../guarded-backend.ts'
import { plainCapabilities, plainSighting } from '../plain-driver.ts'
import type { Desired, InferenceBackend, TargetRef } from '../port.ts'

const PerGpu = <Shape extends Parameters<typeof Type.Object>[0]>(shape: Shape) =>
  Compile(Type.Record(Type.String({ pattern: '^\\d+$' }), Type.Object(shape)))
const limitShape = PerGpu({ power_limit_mw: Type.Integer({ minimum: 0 }) })
const constraintsShape = PerGpu({
  min_power_limit_mw: Type.Integer({ minimum: 0 }),
  max_power_limit_mw: Type.Integer({ minimum: 0 }),
})
const errorsShape = Compile(Type.Object({ errors: Type.Record(Type.String(), Type.String()) }))
const UPSTREAM = 'zeusd'
const MW_PER_W = 1000
const HANDLED = [400, 401, 403, 404, 500]

export interface ZeusdOptions {
  /** A JWT with the scopes gpu-read and gpu-control, where the daemon asks for one. */
  readonly token?: string
}

/**
 * GPU power caps and clocks of one node through zeusd 0.5. Locator: `url`, `gpuIds` (`0,1`).
 *
 * What is asked for need not be what holds: a BMC or the board may cap lower, so what is observed is
 * always read back. Settings vanish with the driver or a reboot, and clocks cannot be read at all:
 * both are told again whenever they differ from what we remember.
 */
export function zeusd(http: HttpClient, options: ZeusdOptions, deps: GuardDeps): InferenceBackend {
  const node = zeusdNode(http, options)
  const driver: BackendDriver = {
    type: 'zeusd',
    supports: ['powerCapWatts', 'smClockMhz'],
    dryRun: 'client',
    async probe(target, abort) {
      const powerWatts = await node.rangeOf(target, abort)
      return plainCapabilities(driver.supports, { scaleToZero: false, powerWatts })
    },
    async read(target, abort) {
      const [limitsWatts, { max }, remembered] = await Promise.all([
        node.limitsOf(target, abort),
        node.rangeOf(target, abort),
        deps.memory.recall(target.id),
      ])
      // GPUs that differ hold the strictest; the target as a whole is then not settled.
      const least = Math.min(...limitsWatts)
      const desired: Desired = {
        powerCapWatts: least === max ? 'default' : least,
        smClockMhz: remembered?.applied.smClockMhz ?? 'default',
      }
      const settled = limitsWatts.every((watts) => watts === least)
      return plainSighting(desired, deps.nowMs(), { settled })
    },
    async write(target, desired, _sighting, { abort }) {
      await node.tell(target, desired, abort)
      const { powerCapWatts: told } = desired
      const held = (await driver.read(target, abort)).seen.desired.powerCapWatts
      if (told === undefined || told === held) return { mode: 'direct', warnings: [] }
      throw new Conflict(`${target.id}: told ${told}, the GPUs hold ${held}`)
    },
    async release(target, before, _sighting, { abort }) {
      if (before) await node.tell(target, before, abort)
    },
  }
  return guardedBackend(driver, deps)
}

function zeusdNode(http: HttpClient, { token }: ZeusdOptions) {
  const headers: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }

  const requestOf = ({ id, locator: { url, gpuIds } }: TargetRef, path: string, query = {}) => {
    if (!url || !gpuIds) throw new InvalidInput(`${id}: its locator needs a url and gpuIds`)
    return { url: `${url}/gpu/${path}`, query: { gpu_ids: gpuIds, ...query }, headers }
  }

  async function limitsOf(target: TargetRef, abort?: AbortSignal): Promise<readonly number[]> {
    const request = { ...requestOf(target, 'get_power_limit'), abort }
    const limits = Object.values(await getShaped(http, UPSTREAM, limitShape, request))
    if (limits.length > 0) return limits.map(({ power_limit_mw }) => power_limit_mw / MW_PER_W)
    throw new UpstreamMalformed(`${target.id}: no GPU answers`, { upstream: UPSTREAM })
  }

  /** What every one of the GPUs takes. */
  async function rangeOf(target: TargetRef, abort?: AbortSignal) {
    const request = { ...requestOf(target, 'get_power_limit_constraints'), abort }
    const ranges = Object.values(await getShaped(http, UPSTREAM, constraintsShape, request))
    return {
      min: Math.max(...ranges.map(({ min_power_limit_mw }) => min_power_limit_mw)) / MW_PER_W,
      max: Math.min(...ranges.map(({ max_power_limit_mw }) => max_power_limit_mw)) / MW_PER_W,
    }
  }

  async function command(target: TargetRef, path: string, query: object, abort?: AbortSignal) {
    // Parameters travel in the query, the body stays empty, and unknown parameters are refused.
    const { status, body } = await http.send(UPSTREAM, {
      ...requestOf(target, path, { ...query, block: true }),
      method: 'POST',
      allowStatus: HANDLED,
      abort,
    })
    const perGpu = errorsShape.Check(body) ? Object.entries(body.errors) : []
    if (status < 300 && perGpu.length === 0) return
    const words =
      perGpu.map(([gpu, why]) => `GPU ${gpu}: ${why}`).join('; ') || `answered ${status}`
    if (status === 401 || status === 403) throw new Forbidden(`${target.id}: ${words}`)
    throw new UpstreamRefused(`${target.id}: ${words}`, { upstream: UPSTREAM, httpStatus: status })
  }

  async function cap(target: TargetRef, asked: number | 'default', abort?: AbortSignal) {
    const { min, max } = await rangeOf(target, abort)
    const watts = asked === 'default' ? max : asked
    if (watts < min || watts > max) {
      throw new InvalidInput(`${target.id}: ${watts} W is outside ${min} to ${max} W`)
    }
    const power_limit_mw = Math.round(watts * MW_PER_W)
    await command(target, 'set_power_limit', { power_limit_mw }, abort)
  }

  async function tell(target: TargetRef, desired: Desired, abort?: AbortSignal): Promise<void> {
    const { powerCapWatts, smClockMhz } = desired
    if (powerCapWatts !== undefined) await cap(target, powerCapWatts, abort)
    if (smClockMhz === 'default') await command(target, 'reset_gpu_locked_clocks', {}, abort)
    else if (smClockMhz) {
      const { min: min_clock_mhz, max: max_clock_mhz } = smClockMhz
      await command(target, 'set_gpu_locked_clocks', { min_clock_mhz, max_clock_mhz }, abort)
    }
  }

  return { limitsOf, rangeOf, tell }
}
