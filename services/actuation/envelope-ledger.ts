import {
  type EnvelopeInput,
  type EnvelopeTarget,
  quotaKey,
  stateOf,
  type Verdict,
} from './envelope-facts.ts'

/** Running counts, next counts, and what each step has used up. */
export class Ledger {
  private readonly input: EnvelopeInput
  private readonly next = new Map<string, number>()
  private readonly held = new Map<string, Set<string>>()
  private readonly changed: Record<string, number>
  private readonly used: Record<string, number> = {}

  constructor(input: EnvelopeInput) {
    this.input = input
    this.changed = { ...input.limits.changedGpus }
    for (const target of input.targets) {
      const { replicas } = stateOf(input, target)
      if (replicas === undefined) continue
      this.next.set(target.id, replicas)
      this.use(target, replicas)
    }
  }

  count(target: EnvelopeTarget): number | undefined {
    return this.next.get(target.id)
  }

  hold(target: EnvelopeTarget, why: string | undefined): void {
    if (why === undefined) return
    this.held.set(target.id, (this.held.get(target.id) ?? new Set()).add(why))
  }

  verdictOf(target: EnvelopeTarget): Omit<Verdict, 'mayNarrow'> {
    const replicas = this.count(target)
    const held = [...(this.held.get(target.id) ?? [])]
    return { targetId: target.id, ...(replicas !== undefined && { replicas }), held }
  }

  hasQuota(target: EnvelopeTarget): boolean {
    const key = quotaKey(target)
    const quota = this.input.limits.quotaGpus[key] ?? 0
    return (this.used[key] ?? 0) + target.gpusPerReplica <= quota
  }

  hasBudget({ region, gpusPerReplica }: EnvelopeTarget): boolean {
    return (this.changed[region] ?? 0) + gpusPerReplica <= this.input.limits.maxChangedGpus
  }

  /** Additions take quota; removals give none back before they have really happened. */
  step(target: EnvelopeTarget, by: 1 | -1): void {
    this.next.set(target.id, this.count(target)! + by)
    this.changed[target.region] = (this.changed[target.region] ?? 0) + target.gpusPerReplica
    if (by === 1) this.use(target, 1)
  }

  private use(target: EnvelopeTarget, replicas: number): void {
    const key = quotaKey(target)
    this.used[key] = (this.used[key] ?? 0) + replicas * target.gpusPerReplica
  }
}
