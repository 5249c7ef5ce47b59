import { Command } from 'commander'
import { ExitWith } from '../exit-with.ts'
import type { CliIo } from '../io.ts'
import type { PlanRequest } from '../plan-fleet.ts'
import { withPlanOptions } from '../plan-options.ts'
import { planReport } from '../plan-report.ts'
import { printExplanation } from '../print-explanation.ts'
import { printPlan } from '../print-plan.ts'

/** `gridtide explain`: plans a fleet and says why the plan is what it is. */
export function explainCommand(io: CliIo): Command {
  return withPlanOptions(
    new Command('explain').description(
      'plan a fleet and say why here, why now, and what limits it',
    ),
  ).action(async (options: PlanRequest & { json?: true }) => {
    const { planFleet } = await import('../plan-fleet.ts')
    const planned = await planFleet(options, io)
    const { outcome, problem, warnings } = planned
    for (const warning of warnings) io.err(`warning: ${warning}\n`)
    if (outcome.status === 'infeasible') {
      io.out(
        options.json ? `${JSON.stringify(planReport(planned), null, 2)}\n` : printPlan(planned),
      )
      throw new ExitWith('infeasible')
    }
    const { explainPlan } = await import('../../planning/index.ts')
    const explanation = explainPlan(problem, outcome.plan)
    io.out(
      options.json
        ? `${JSON.stringify(explanation, null, 2)}\n`
        : printExplanation(planned, explanation),
    )
  })
}
