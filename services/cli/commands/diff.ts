import { Command } from 'commander'
import { ExitWith } from '../exit-with.ts'
import type { CliIo } from '../io.ts'
import type { Change } from '../saved/changes-now.ts'
import { printChanges } from '../saved/print-changes.ts'

/** `gridtide diff`: what a saved plan would change of what runs, or of another saved plan. */
export function diffCommand(io: CliIo): Command {
  return new Command('diff')
    .description('what a saved plan would change: of what runs now, or of another saved plan')
    .argument('<file>', 'written by `gridtide plan --out`')
    .argument('[other]', 'a later one; without it, the targets of the fleet are looked at')
    .option('--json', 'print data instead of words')
    .action(async (file: string, other: string | undefined, options: { json?: true }) => {
      const { readPlanFile } = await import('../saved/plan-file.ts')
      const saved = await readPlanFile(file)
      if (other === undefined) {
        const { withState } = await import('../saved/open-state.ts')
        const { changesNow } = await import('../saved/changes-now.ts')
        const changes = await withState(saved, io, (service) => changesNow(service, saved.plan))
        show(changes, printChanges(changes, io), options.json)
      } else {
        const { changesBetween } = await import('../../plans/index.ts')
        const changes = changesBetween(saved.plan, (await readPlanFile(other)).plan)
        show(changes, printWindows(changes), options.json)
      }
    })

  function show(changes: readonly unknown[], words: string, json: true | undefined): void {
    io.out(json ? `${JSON.stringify({ changes }, null, 2)}\n` : words)
    if (changes.length > 0) throw new ExitWith('changes')
  }

  function printWindows(changes: readonly Between[]): string {
    const rows = changes.map(({ startMs, pointId: variant, replicasBefore, ...change }) => ({
      ...change,
      variant: `${variant} at ${new Date(startMs).toISOString().slice(0, 16)}Z`,
      before: replicasBefore,
      after: change.replicasAfter,
    }))
    return rows.length === 0
      ? 'No changes: both plans run the same.\n'
      : printChanges(rows satisfies readonly Change[], io)
  }
}

type Between = ReturnType<typeof import('../../plans/index.ts')['changesBetween']>[number]
