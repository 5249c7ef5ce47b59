import { accountWindow, type SettledIntensity } from '../accounting/index.ts'
import type { Window } from '../domain/window.ts'
import type { GridReader } from '../grid/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { NewEvent } from '../notification/index.ts'
import type { PlanStore, StoredPlan } from '../plans/index.ts'
import type { SolveStore } from '../solves/index.ts'
import { budgetEvents } from './budget-events.ts'
import { readCarbon } from './read-carbon.ts'

export interface AccountPorts {
  readonly plans: PlanStore
  readonly solves: Pick<SolveStore, 'frameOf'>
  readonly reader: GridReader
  readonly ledger: Pick<Ledger, 'settle' | 'between'>
  /** gCO2e that the policy grants a day; undefined where it sets no limit. */
  budgetGPerDay(): Promise<number | undefined>
  tell(events: readonly NewEvent[]): Promise<void>
  nowMs(): number
}

export type AccountResult = { readonly status: 'settled' | 'no-plan' }

const PAGE = 50
const DAY_MS = 86_400_000

/**
 * Settles the window that has ended: what the plan in force then used, at the intensity that came
 * to be, beside the static baseline.
 */
export async function account(
  ports: AccountPorts,
  { windowStartMs }: { readonly windowStartMs: number },
): Promise<AccountResult> {
  const stored = await planAt(ports.plans, windowStartMs)
  if (stored?.outcome.status !== 'planned') return { status: 'no-plan' }
  const { plan } = stored.outcome
  const index = plan.windows.findIndex(({ startMs }) => startMs === windowStartMs)
  const window = plan.windows[index]
  if (!window) return { status: 'no-plan' }
  const { problem } = await ports.solves.frameOf(stored.problemDigest)
  const carbon = await intensityOf(ports, stored, window)
  await ports.ledger.settle({
    windowStartMs,
    windowEndMs: window.endMs,
    planVersion: stored.version,
    ...accountWindow(problem, plan, index, carbon),
  })
  await tellOfBudget(ports, windowStartMs)
  return { status: 'settled' }
}

async function tellOfBudget(ports: AccountPorts, windowStartMs: number): Promise<void> {
  const budgetG = await ports.budgetGPerDay()
  if (budgetG === undefined) return
  const dayStartMs = Math.floor(windowStartMs / DAY_MS) * DAY_MS
  const day = await ports.ledger.between(dayStartMs, dayStartMs + DAY_MS)
  const events = budgetEvents(day, budgetG, ports.nowMs())
  if (events.length > 0) await ports.tell(events)
}

/** The last plan that covers the window: each tick inside it renews the same window. */
async function planAt(plans: PlanStore, windowStartMs: number): Promise<StoredPlan | undefined> {
  for await (const version of plannedVersions(plans)) {
    const stored = await plans.get(version)
    const first = stored.outcome.status === 'planned' && stored.outcome.plan.windows[0]
    if (first && first.startMs <= windowStartMs) return stored
  }
  return undefined
}

/** Newest first. */
async function* plannedVersions(plans: PlanStore): AsyncGenerator<number> {
  let page = await plans.history({ limit: PAGE })
  while (page.length > 0) {
    for (const { version, status, approval } of page) {
      const acted = approval === 'automatic' || approval === 'approved'
      if (status === 'planned' && acted) yield version
    }
    page = await plans.history({ limit: PAGE, before: page.at(-1)!.version })
  }
}

async function intensityOf(
  { reader, nowMs }: AccountPorts,
  { inputs }: StoredPlan,
  window: Window,
): Promise<ReadonlyMap<string, SettledIntensity>> {
  const [zone] = inputs.zones
  if (!zone) return new Map()
  const carbon = await readCarbon({
    zones: inputs.zones.map((input) => input.zone),
    windows: [window],
    measure: { signal: zone.signal, basis: zone.basis },
    nowMs: nowMs(),
    reader,
    warn: () => undefined,
  })
  return new Map([...carbon].map(([name, { windows }]) => [name, windows[0]!]))
}
