import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import { ExitWith } from '../exit-with.ts'
import type { CliIo } from '../io.ts'
import type { PlanRequest } from '../plan-fleet.ts'
import { withPlanOptions } from '../plan-options.ts'
import { planReport } from '../plan-report.ts'
import { printPlan } from '../print-plan.ts'

const INFEASIBLE = 3

/** `gridtide plan`: fleet file in, plan out; touches no backend. */
export function planCommand(io: CliIo): Command {
  return withPlanOptions(new Command('plan').description('plan a fleet and print the plan'))
    .option('-o, --out <file>', 'also write the plan, as JSON, to a file')
    .addHelpText(
      'after',
      '\nExit code 3: no plan keeps every promise; the answer says which one to relax.' +
        '\n\nExample: gridtide plan --fleet config/examples/two-regions.yaml',
    )
    .action(async (options: PlanRequest & { json?: true; out?: string }) => {
      const { planFleet } = await import('../plan-fleet.ts')
      const planned = await planFleet(options, io)
      const json = `${JSON.stringify(planReport(planned), null, 2)}\n`
      for (const warning of planned.warnings) io.err(`warning: ${warning}\n`)
      if (options.out) await write(options.out, json)
      io.out(options.json ? json : printPlan(planned))
      if (planned.outcome.status === 'infeasible') throw new ExitWith(INFEASIBLE)
    })
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInput(`cannot write ${file}: ${error.code}`)
  })
}
