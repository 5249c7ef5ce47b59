import { Command } from 'commander'
import type { Plan } from '../../planning/index.ts'
import { ExitWith } from '../exit-with.ts'
import type { CliIo } from '../io.ts'
import type { PlannedFleet, PlanRequest } from '../plan-fleet.ts'
import { withPlanOptions } from '../plan-options.ts'
import { planReport } from '../plan-report.ts'
import { printPlan } from '../print-plan.ts'
import { printChanges } from '../saved/print-changes.ts'

interface PlanCommandOptions extends PlanRequest {
  readonly json?: true
  readonly out?: string
  readonly detailedExitcode?: true
}

/** `gridtide plan`: fleet file in, plan out; touches no backend. */
export function planCommand(io: CliIo): Command {
  return withPlanOptions(new Command('plan').description('plan a fleet and print the plan'))
    .option('-o, --out <file>', 'also write the plan to a file, for `diff` and `apply`')
    .option('--detailed-exitcode', 'look at what runs too: exit code 2 where it would change')
    .action(async (options: PlanCommandOptions) => {
      const { planFleet } = await import('../plan-fleet.ts')
      const planned = await planFleet(options, io)
      for (const warning of planned.warnings) io.err(`warning: ${warning}\n`)
      if (options.out !== undefined) await save(planned, options.out)
      io.out(
        options.json ? `${JSON.stringify(planReport(planned), null, 2)}\n` : printPlan(planned),
      )
      const { outcome } = planned
      if (outcome.status === 'infeasible') throw new ExitWith('infeasible')
      if (options.detailedExitcode) await compare(planned, outcome.plan)
    })

  async function save(planned: PlannedFleet, file: string): Promise<void> {
    const { planFileText, writeWhole } = await import('../saved/plan-file.ts')
    await writeWhole(file, planFileText(planned))
    if (io.isTty) io.err(`Saved. To carry it out: gridtide apply ${file}\n\n`)
  }

  async function compare(planned: PlannedFleet, plan: Plan): Promise<void> {
    const { withState } = await import('../saved/open-state.ts')
    const { changesNow } = await import('../saved/changes-now.ts')
    const changes = await withState(planned, io, (service) => changesNow(service, plan))
    io.err(printChanges(changes, io))
    if (changes.length > 0) throw new ExitWith('changes')
  }
}
