/**
 * Moving backends: what a crash at any moment costs, and how fast many targets change.
 *
 * Crashes are simulated in process: at a seeded call of the outside world, before or after its
 * effect, everything but the stores and the world is dropped, and a new runner starts on what was
 * kept. Speed is measured over real HTTP, against the strict Kubernetes stand-in of the tests.
 */
import pLimit from 'p-limit'
import { kubernetesApi } from '../../services/actuation/adapters/kubernetes-api.ts'
import { kubernetesScale } from '../../services/actuation/adapters/kubernetes-scale.ts'
import { exactly, runShift, shiftSequence } from '../../services/actuation/index.ts'
import { AppError } from '../../services/domain/errors.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { realDeps } from '../actuation/backend-world.ts'
import { fakeKubernetes } from '../actuation/fake-kubernetes.ts'
import {
  Crash,
  type Faults,
  maxInFlight,
  ROUTE,
  SimulatedFleet,
  shiftWorld,
  siteRef,
} from '../actuation/simulated-fleet.ts'
import { contextOf } from '../contracts/inference-backend.contract.ts'

const CRASH_POINTS = 1_500
const TARGETS = 500
const CONCURRENCY = 16
const FOREIGN_SHARE = 0.2
/** Told before the clock starts: a worker that acts has long compiled its code. */
const WARM_UP = 32

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const scale = (id: string, fromReplicas: number, toReplicas: number) => ({
  kind: toReplicas > fromReplicas ? ('scale-up' as const) : ('scale-down' as const),
  target: siteRef(id),
  desired: { replicas: exactly(toReplicas) },
  ifVersion: '0',
  fromReplicas,
  toReplicas,
  gpus: 0,
  reason: 'bench',
})

/** One shift with crashes every few calls, to its end. @returns the fleet and what it went through */
async function oneShift(seed: number) {
  const random = seeded(seed)
  const faults: Faults = { random, failing: 0.05, stale: 0.05 }
  const fleet = new SimulatedFleet({ dirty: 4, clean: 1 }, { dirty: 100, clean: 0 }, faults)
  const shift = shiftSequence({
    id: `shift-${seed}`,
    planVersion: '1',
    model: 'llama',
    reason: 'bench',
    commands: [scale('clean', 1, 4), scale('dirty', 4, 0)],
    routes: [
      {
        target: ROUTE,
        from: { dirty: 100, clean: 0 },
        to: { dirty: 0, clean: 100 },
        mostPoints: 25,
      },
    ],
    watched: true,
    maxInFlight,
  })
  const { start } = await shiftWorld(fleet, shift)
  // A third of the shifts also miss their promises on the way, and have to go back.
  const burnsAt = random() < 0.33 ? 25 + Math.floor(random() * 75) : Number.POSITIVE_INFINITY
  let crashes = 0
  for (;;) {
    fleet.crashAt = { call: fleet.calls + 1 + Math.floor(random() * 25), after: random() < 0.5 }
    const deps = start({
      slo: async () => (fleet.weights.clean! >= burnsAt ? 'burning' : 'ok'),
    })
    try {
      const { status } = await runShift(shift.id, deps)
      return { fleet, crashes, status }
    } catch (error) {
      if (error instanceof Crash) crashes++
      else if (!(error instanceof AppError)) throw error
    }
  }
}

async function crashes() {
  const sum = { crashPoints: 0, lostRequests: 0, doubleActions: 0, unsafeStates: 0 }
  const ends: Record<string, number> = {}
  for (let seed = 1; sum.crashPoints < CRASH_POINTS; seed++) {
    const { fleet, crashes: points, status } = await oneShift(seed)
    sum.crashPoints += points
    sum.lostRequests += fleet.lostRequests
    sum.doubleActions += fleet.doubleActions
    sum.unsafeStates += fleet.unsafeStates
    ends[status] = (ends[status] ?? 0) + 1
  }
  return { ...sum, ends }
}

async function speed() {
  const random = seeded(1)
  const kubernetes = await fakeKubernetes()
  const http = axiosHttp()
  const api = kubernetesApi(async () => ({ server: kubernetes.url, headers: {}, http }))
  const backend = kubernetesScale(api, realDeps())
  const everyTarget = Array.from({ length: TARGETS + WARM_UP }, (_, index) => {
    const namespace = `team-${index % 25}`
    const name = `model-${index}`
    kubernetes.put(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`, {
      apiVersion: 'apps/v1',
      metadata: {},
      spec: { replicas: 1 },
    })
    if (random() < FOREIGN_SHARE) {
      kubernetes.put(
        `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${name}`,
        { metadata: {}, spec: { scaleTargetRef: { name }, minReplicas: 1, maxReplicas: 9 } },
      )
    }
    return { ...siteRef(name), id: `${namespace}/${name}`, locator: { namespace, name } }
  })
  const takenUpMs = new Map<string, number>()
  const firstPatchMs = new Map<string, number>()
  kubernetes.onAsked(({ method, path }) => {
    if (method !== 'PATCH') return
    const [, , , , , namespace, , name] = path.split('/')
    const id = `${namespace}/${name}`
    if (!firstPatchMs.has(id)) firstPatchMs.set(id, performance.now())
  })
  const limit = pLimit(CONCURRENCY)
  const tellAll = (some: typeof everyTarget) =>
    limit.map(some, async (target) => {
      takenUpMs.set(target.id, performance.now())
      const context = contextOf({ idempotencyKey: `1/${target.id}` })
      await backend.apply(target, { replicas: exactly(3) }, context)
    })
  await tellAll(everyTarget.slice(TARGETS))
  const targets = everyTarget.slice(0, TARGETS)
  const startMs = performance.now()
  await tellAll(targets)
  const changedSeconds = (performance.now() - startMs) / 1000
  await kubernetes.close()
  const waits = targets.map(({ id }) => firstPatchMs.get(id)! - takenUpMs.get(id)!)
  waits.sort((a, b) => a - b)
  console.log(`first patch after its command was taken up, p50: ${Math.round(waits[250]!)} ms`)
  return { changedSeconds, p99PlanToPatchMs: waits[Math.floor(waits.length * 0.99)]! }
}

const { ends, ...safety } = await crashes()
console.log(`shifts ended: ${JSON.stringify(ends)}`)
const { changedSeconds, p99PlanToPatchMs } = await speed()
console.log(`${TARGETS} targets at concurrency ${CONCURRENCY}: ${changedSeconds.toFixed(2)} s`)
console.log(
  JSON.stringify({
    bench: 'actuation',
    ...safety,
    p99PlanToPatchMs: Math.round(p99PlanToPatchMs),
    targets: TARGETS,
    changedSeconds: Number(changedSeconds.toFixed(2)),
  }),
)
