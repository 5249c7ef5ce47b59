import type { Stored } from '../../actuation/fake-kubernetes.ts'
import { SimulatedTraffic } from '../../actuation/simulated-traffic.ts'

export const SITES = ['dirty', 'clean'] as const
export type Site = (typeof SITES)[number]

/** Where the API server keeps what belongs to one model. */
export const pathsOf = (model: string) => {
  const namespace = `team-${Number(model.replace(/\D/g, '')) % 25}`
  const at = (api: string, plural: string, name: string) =>
    `/apis/${api}/namespaces/${namespace}/${plural}/${name}`
  return {
    namespace,
    deployment: (site: Site) => at('apps/v1', 'deployments', `${model}-${site}`),
    autoscaler: (site: Site) =>
      at('autoscaling/v2', 'horizontalpodautoscalers', `${model}-${site}`),
    route: at('gateway.networking.k8s.io/v1', 'httproutes', model),
  }
}

interface Objects {
  readonly objects: ReadonlyMap<string, Stored>
  put(path: string, object: Record<string, unknown>): Stored
}

const SYNC_MS = 5_000
const FOREIGN_SHARE = 0.2
const START = { dirty: 4, clean: 1 }

/**
 * One model with all its traffic on a dirty site and one replica on a clean one, as objects of a
 * cluster and as requests that run: controllers make each follow the other in simulated time.
 */
export class ClusterModel extends SimulatedTraffic {
  /** Misses its promises once this much of its traffic, in percent, is at the clean site. */
  readonly burnsAt: number
  private readonly cluster: Objects
  private readonly paths: ReturnType<typeof pathsOf>
  private syncedMs = 0

  constructor(cluster: Objects, id: string, random: () => number) {
    super(START, { dirty: 100, clean: 0 }, random)
    this.cluster = cluster
    this.paths = pathsOf(id)
    this.nowMs = 0
    this.burnsAt = random() < 0.2 ? 25 + Math.floor(random() * 75) : Number.POSITIVE_INFINITY
    for (const site of SITES) this.deploy(`${id}-${site}`, site, random() < FOREIGN_SHARE)
    const backendRefs = [
      { name: 'dirty', weight: 100 },
      { name: 'clean', weight: 0 },
    ]
    cluster.put(this.paths.route, { metadata: {}, spec: { rules: [{ backendRefs }] } })
  }

  private deploy(name: string, site: Site, autoscaled: boolean): void {
    const path = this.paths.deployment(site)
    const spec = { replicas: START[site] }
    this.cluster.put(path, { apiVersion: 'apps/v1', metadata: {}, spec })
    this.tellStatus(site)
    if (!autoscaled) return
    const bounds = { minReplicas: 1, maxReplicas: 9 }
    this.cluster.put(this.paths.autoscaler(site), {
      metadata: {},
      spec: { scaleTargetRef: { name }, ...bounds },
    })
  }

  /** Lets time pass until then, with everything that happens by itself meanwhile. */
  advance(untilMs: number): void {
    while (this.nowMs < untilMs) {
      this.pass(Math.min(untilMs, this.syncedMs + SYNC_MS) - this.nowMs)
      if (this.nowMs < this.syncedMs + SYNC_MS) break
      this.syncedMs = this.nowMs
      for (const site of SITES) this.autoscale(site)
    }
    for (const site of SITES) this.tellStatus(site)
  }

  /** Somebody else's autoscaler keeps the count inside its bounds, whoever set them. */
  private autoscale(site: Site): void {
    const autoscaler = this.cluster.objects.get(this.paths.autoscaler(site))
    const deployment = this.deployment(site)
    const replicas = Number(deployment.spec.replicas)
    if (!autoscaler || replicas === 0) return
    const { minReplicas, maxReplicas } = autoscaler.spec as Record<string, number>
    const inside = Math.min(maxReplicas!, Math.max(minReplicas!, replicas))
    if (inside === replicas) return
    this.cluster.put(this.paths.deployment(site), { ...deployment, spec: { replicas: inside } })
    this.resize(site, inside)
  }

  /** What was just told to the cluster becomes so. */
  heed(): void {
    for (const site of SITES) {
      const replicas = Number(this.deployment(site).spec.replicas)
      if (replicas !== this.sites.get(site)!.replicas) this.resize(site, replicas)
    }
    const route = this.cluster.objects.get(this.paths.route)!
    const [rule] = route.spec.rules as { backendRefs: { name: string; weight: number }[] }[]
    this.weights = Object.fromEntries(rule!.backendRefs.map(({ name, weight }) => [name, weight]))
  }

  private deployment(site: Site): Stored {
    return this.cluster.objects.get(this.paths.deployment(site))!
  }

  /** A status that changes is a new version of the object, as in a real cluster. */
  private tellStatus(site: Site): void {
    const deployment = this.deployment(site)
    const { replicas } = deployment.spec
    const readyReplicas = this.ready(site)
    const { generation: observedGeneration } = deployment.metadata
    const status = { observedGeneration, replicas, updatedReplicas: replicas, readyReplicas }
    if (JSON.stringify(status) === JSON.stringify(deployment.status)) return
    this.cluster.put(this.paths.deployment(site), { ...deployment, status })
  }
}
