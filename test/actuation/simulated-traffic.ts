interface Site {
  replicas: number
  readonly readyAtMs: number[]
  /** When each running request ends. */
  running: number[]
}

const START_MS = 30_000
const REQUEST_MS = 8_000
const TICK_MS = 100
const PER_REPLICA = 8
const DEMAND_IN_FLIGHT = 32

/**
 * One model on several sites behind one split of traffic, in its own time: replicas take time to
 * start, requests take time to end, and whatever is still running on a replica that goes is lost.
 */
export class SimulatedTraffic {
  nowMs = 0
  weights: Record<string, number>
  readonly sites = new Map<string, Site>()
  lostRequests = 0
  /** Ticks in which a site was sent more than its ready replicas carry. */
  unsafeStates = 0
  private readonly random: () => number

  /** @param random in [0, 1), seeded */
  constructor(
    replicas: Readonly<Record<string, number>>,
    weights: Record<string, number>,
    random: () => number,
  ) {
    this.random = random
    this.weights = weights
    for (const [id, count] of Object.entries(replicas)) {
      const readyAtMs = Array.from({ length: count }, () => 0)
      this.sites.set(id, { replicas: count, readyAtMs, running: [] })
    }
    this.pass(REQUEST_MS)
  }

  /** Requests come in by weight all the time, and must find a ready replica with a free slot. */
  pass(durationMs: number): void {
    const untilMs = this.nowMs + durationMs
    while (this.nowMs < untilMs) {
      this.nowMs += Math.min(TICK_MS, untilMs - this.nowMs)
      for (const id of this.sites.keys()) this.serve(id, this.weights[id] ?? 0)
    }
  }

  private serve(id: string, weight: number): void {
    const site = this.sites.get(id)!
    site.running = site.running.filter((endMs) => endMs > this.nowMs)
    const wanted = (DEMAND_IN_FLIGHT * weight) / 100
    if (wanted > this.ready(id) * PER_REPLICA) this.unsafeStates++
    const offered = weight > 0 ? Math.max(1, Math.round(wanted)) : 0
    while (site.running.length < offered) {
      site.running.push(this.nowMs + REQUEST_MS * (0.5 + this.random() / 2))
    }
  }

  readonly inFlight = (id: string): number => this.sites.get(id)!.running.length

  ready(id: string): number {
    return this.sites.get(id)!.readyAtMs.filter((atMs) => atMs <= this.nowMs).length
  }

  resize(id: string, replicas: number): void {
    const site = this.sites.get(id)!
    while (site.replicas < replicas) {
      site.readyAtMs.push(this.nowMs + START_MS)
      site.replicas++
    }
    // The newest go first, and the idlest; only what the rest cannot hold is lost.
    site.readyAtMs.splice(replicas)
    site.replicas = replicas
    this.lostRequests += Math.max(0, site.running.length - replicas * PER_REPLICA)
  }
}

export const maxInFlight = (): number => PER_REPLICA
