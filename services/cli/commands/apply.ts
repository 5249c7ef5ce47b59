import { userInfo } from 'node:os'
import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import type { Service } from '../../wiring/service.ts'
import { ExitWith } from '../exit-with.ts'
import type { CliIo } from '../io.ts'
import type { GatheredFleet } from '../plan-fleet.ts'
import type { SavedPlan } from '../saved/plan-file.ts'
import { printChanges } from '../saved/print-changes.ts'

interface ApplyOptions {
  readonly fleet?: string
  readonly tolerance: string
  readonly timeout: string
  readonly json?: true
}

/** `gridtide apply`: carries out exactly the plan that was saved, or says what made it stale. */
export function applyCommand(io: CliIo): Command {
  return new Command('apply')
    .description('carry out a saved plan; refuses, naming what changed, where it is stale')
    .argument('<file>', 'written by `gridtide plan --out`')
    .option('-f, --fleet <file>', 'fleet file, where it is not where it was')
    .option('--tolerance <percent>', 'how far intensity and traffic may have moved', '10')
    .option('--timeout <minutes>', 'how long to wait for moves to end', '30')
    .option('--json', 'print data instead of words')
    .action(async (file: string, options: ApplyOptions) => {
      const timeoutMs = numberIn(options.timeout, '--timeout', 1440) * 60_000
      const { readPlanFile } = await import('../saved/plan-file.ts')
      const { withState } = await import('../saved/open-state.ts')
      const saved = await readPlanFile(file)
      const fresh = await freshOf(saved, options)
      await withState(fresh, io, async (service) => {
        await mayBegin(service, saved, options)
        await carryOut(service, saved, timeoutMs, options)
      })
    })

  async function freshOf(saved: SavedPlan, options: ApplyOptions): Promise<GatheredFleet> {
    const tolerance = numberIn(options.tolerance, '--tolerance', 1000) / 100
    const { gatherFleet } = await import('../plan-fleet.ts')
    const { staleCauses } = await import('../saved/stale-causes.ts')
    const fresh = await gatherFleet({ fleet: options.fleet ?? saved.fleetFile }, io)
    for (const warning of fresh.warnings) io.err(`warning: ${warning}\n`)
    const causes = staleCauses(saved, fresh, fresh.atMs, tolerance)
    if (causes.length > 0) refuse(causes, options)
    return fresh
  }

  async function mayBegin(service: Service, saved: SavedPlan, options: ApplyOptions) {
    const current = await service.stores.plans.current()
    if (current && current.createdAtMs > saved.madeAtMs) {
      const at = new Date(current.createdAtMs).toISOString()
      refuse([`plan ${current.version} came into force since, at ${at}`], options)
    }
    const stop = await service.stopped()
    if (stop !== undefined) throw new InvalidInput(`nothing may be moved: ${stop}`)
  }

  async function carryOut(
    service: Service,
    saved: SavedPlan,
    timeoutMs: number,
    { json }: ApplyOptions,
  ): Promise<void> {
    const { changesNow } = await import('../saved/changes-now.ts')
    const { adoptPlan } = await import('../saved/adopt-plan.ts')
    const changes = await changesNow(service, saved.plan)
    if (!json) io.out(printChanges(changes, io))
    const by = `${userInfo().username} at a prompt`
    const adopted = changes.length > 0 ? await adoptPlan(service, saved, by, timeoutMs) : undefined
    if (json) io.out(`${JSON.stringify({ changes, ...adopted }, null, 2)}\n`)
    else if (adopted) io.out(`${words(adopted)}\n`)
    const { stuck = 0, 'rolled-back': back = 0 } = adopted?.moves ?? {}
    if (stuck + back > 0) throw new ExitWith('failed')
  }

  function refuse(causes: readonly string[], { json }: ApplyOptions): never {
    const lines = causes.map((cause) => `  ${cause}\n`).join('')
    io.out(
      json
        ? `${JSON.stringify({ stale: causes }, null, 2)}\n`
        : `This plan is stale:\n${lines}Plan again.\n`,
    )
    throw new ExitWith('stale')
  }
}

function words({ version, moves, held }: { version: number; moves: object; held: number }): string {
  const ends = Object.entries(moves).map(([result, count]) => `${count} ${result}`)
  const waits =
    held > 0 ? `; ${held} targets are held by the envelope for now, apply again later` : ''
  return `In force as plan ${version}; moves: ${ends.join(', ') || 'none'}${waits}.`
}

function numberIn(text: string, flag: string, most: number): number {
  const value = Number(text)
  if (value >= 0 && value <= most) return value
  throw new InvalidInput(`${flag} ${text}: expected 0 to ${most}`)
}
