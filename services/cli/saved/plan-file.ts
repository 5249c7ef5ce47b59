import { createHash } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { InvalidInput, PlanRefused } from '../../domain/errors.ts'
import type { Fleet } from '../../fleet/index.ts'
import { type Plan, type PlanningProblem, verifyPlan } from '../../planning/index.ts'
import type { ZoneInput } from '../../plans/index.ts'
import { digestOf } from '../../solves/index.ts'
import type { PlannedFleet } from '../plan-fleet.ts'
import { planReport } from '../plan-report.ts'
import { readText } from '../read-text.ts'

/** What `apply` needs besides the report: the plan, and all that it was made from. */
export interface SavedPlan {
  readonly format: 1
  readonly fleetFile: string
  readonly fleetHash: string
  readonly fleet: Fleet
  readonly madeAtMs: number
  readonly problemDigest: string
  readonly problem: PlanningProblem
  readonly zones: readonly ZoneInput[]
  readonly plan: Plan
  /** SHA-256 of all of the above: a plan that somebody edited is another plan. */
  readonly seal: string
}

/** The report of `plan --json`, and under `saved` what `apply` needs; none where there is no plan. */
export function planFileText(planned: PlannedFleet): string {
  const { fleet, fleetFile, fleetHash, atMs, problem, zones, outcome } = planned
  const saved: SavedPlan | undefined =
    outcome.status === 'planned'
      ? sealed({
          format: 1,
          fleetFile,
          fleetHash,
          fleet,
          madeAtMs: atMs,
          problemDigest: digestOf(problem),
          problem,
          zones: zones.map(({ meanGPerKwh: _, qualities: __, sources: ___, ...zone }) => zone),
          plan: outcome.plan,
        })
      : undefined
  return `${JSON.stringify({ ...planReport(planned), ...(saved && { saved }) }, null, 2)}\n`
}

const sealed = (bare: Omit<SavedPlan, 'seal'>): SavedPlan => ({ ...bare, seal: sealOf(bare) })

const sealOf = (bare: Omit<SavedPlan, 'seal'>): string =>
  createHash('sha256').update(JSON.stringify(bare)).digest('hex')

/** Under another name until it is whole, so that an interrupt leaves no half file. */
export async function writeWhole(file: string, text: string): Promise<void> {
  try {
    await writeFile(`${file}.unfinished`, text)
    await rename(`${file}.unfinished`, file)
  } catch (error) {
    throw new InvalidInput(`cannot write ${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

/**
 * Reads a file that `plan --out` wrote, and looks whether it is still what was written.
 *
 * @throws InvalidInput where it is not such a file, holds no plan, or was changed by hand;
 *   PlanRefused where the second look finds a broken promise
 */
export async function readPlanFile(file: string): Promise<SavedPlan> {
  const { saved, status } = parsed(readText(file))
  if (status === 'infeasible') throw new InvalidInput(`${file}: no plan was possible then`)
  if (saved?.format !== 1) throw new InvalidInput(`${file}: not a file of \`gridtide plan --out\``)
  const { seal, ...bare } = saved
  if (seal !== sealOf(bare)) throw new InvalidInput(`${file}: was changed by hand; plan again`)
  const { violations } = verifyPlan(saved.problem, saved.plan)
  if (violations.length > 0) throw new PlanRefused(`${file}: ${violations.join('; ')}`)
  return saved
}

function parsed(text: string): { readonly saved?: SavedPlan; readonly status?: string } {
  try {
    return (JSON.parse(text) ?? {}) as ReturnType<typeof parsed>
  } catch {
    return {}
  }
}
