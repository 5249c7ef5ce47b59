import { setTimeout } from 'node:timers/promises'
import { ANNOTATION } from '../../../services/actuation/index.ts'
import { fakeKubernetes, type Stored } from '../../actuation/fake-kubernetes.ts'
import type { Answered, Asked } from '../../actuation/loopback.ts'
import { randomFrom } from '../batch/random.ts'
import { ClusterModel } from './cluster-model.ts'

/** The world runs this much faster than the clock on the wall. */
export const SPEED = 20
const LATENCY_MS = 10
const KEPT_REQUESTS = 1_000
const NO_ANSWER: Answered = { status: 503 }

export interface WorldOptions {
  /** Each has two targets and a route. */
  readonly models: number
  readonly seed: number
  /** Share of requests that get no answer, half of them after they took effect. */
  readonly failing: number
  /** Share of reads that answer what was true one write ago. */
  readonly stale: number
}

/** A cluster that outlives whoever steers it: API server, controllers, telemetry, running requests. */
export async function clusterWorld({ models, seed, failing, stale }: WorldOptions) {
  const random = randomFrom(seed)
  const startedMs = Date.now()
  const before = new Map<string, Stored>()
  const acted = new Set<string>()
  const fleet = new Map<string, ClusterModel>()
  let doubleActions = 0
  let onPatch: (path: string, atMs: number) => void = () => undefined

  const modelAt = (path: string): ClusterModel | undefined => {
    const id = /(m\d+)(-(dirty|clean))?(\/scale)?$/.exec(path)?.[1]
    const model = fleet.get(id ?? '')
    model?.advance((Date.now() - startedMs) * SPEED)
    return model
  }

  function change(asked: Asked, answer: () => Answered): Answered {
    const path = asked.path.replace(/\/scale$/, '')
    const old = kubernetes.objects.get(path)
    const answered = answer()
    const now = kubernetes.objects.get(path)
    if (!old || !now || now === old) return answered
    before.set(path, old)
    if (JSON.stringify(old.spec) === JSON.stringify(now.spec)) return answered
    const key = `${path} ${now.metadata.annotations?.[ANNOTATION.key]}`
    if (acted.has(key)) doubleActions++
    acted.add(key)
    modelAt(path)?.heed()
    return answered
  }

  /** What was true before the last write to each object in an answer. */
  function outdated({ status, json }: Answered, path: string): Answered {
    const { items } = json as { items?: readonly Stored[] }
    const old = (object: Stored, at: string) => before.get(at) ?? object
    return items
      ? { status, json: { items: items.map((one) => old(one, `${path}/${one.metadata.name}`)) } }
      : { status, json: old(json as Stored, path) }
  }

  function telemetry(path: string): Answered {
    const model = modelAt(path)!
    const { dirty, clean } = Object.fromEntries(
      [...model.sites.keys()].map((id) => [id, model.inFlight(id)]),
    )
    return { status: 200, json: { dirty, clean, burning: model.weights.clean! >= model.burnsAt } }
  }

  /** No answer, half of the times after it took effect; or one that is late; or the truth. */
  function answered(asked: Asked, answer: () => Answered): Answered {
    const { method, path } = asked
    const lost = random() < failing
    if (lost && random() < 0.5) return NO_ANSWER
    modelAt(path)
    const truth = method === 'PATCH' ? change(asked, answer) : answer()
    if (lost) return NO_ANSWER
    const late = method === 'GET' && truth.status === 200 && random() < stale
    return late ? outdated(truth, path) : truth
  }

  const kubernetes = await fakeKubernetes({
    async between(asked, answer) {
      const { method, path } = asked
      if (kubernetes.asked.length > KEPT_REQUESTS) kubernetes.asked.length = 0
      if (method === 'PATCH') onPatch(path, Date.now())
      await setTimeout(random() * LATENCY_MS)
      return path.startsWith('/telemetry/') ? telemetry(path) : answered(asked, answer)
    },
  })
  for (let index = 0; index < models; index++) {
    const id = `m${index}`
    fleet.set(id, new ClusterModel(kubernetes, id, random))
  }

  return {
    url: kubernetes.url,
    close: kubernetes.close,
    startedMs,
    models: [...fleet.keys()],
    /** Told of each write as it arrives. */
    onPatch(next: typeof onPatch) {
      onPatch = next
    },
    /** After another minute in which nobody steers, so that nothing comes to light later. */
    result() {
      const sum = { lostRequests: 0, unsafeStates: 0, doubleActions }
      for (const model of fleet.values()) {
        model.advance(model.nowMs + 60_000)
        sum.lostRequests += model.lostRequests
        sum.unsafeStates += model.unsafeStates
      }
      return sum
    },
  }
}
