import { kgFromG } from '../../domain/units.ts'
import { coloursOf } from '../colours.ts'
import type { CliIo } from '../io.ts'
import { plainTable } from '../plain-table.ts'
import type { Sight } from './look.ts'

const clock = (atMs: number): string => new Date(atMs).toISOString().slice(11, 19)
const kg = (grams: number): string => kgFromG(grams).toFixed(1)

/** One screen: the plan in force, the grid, what runs against what is wanted, what happened last. */
export function drawSight(sight: Sight, io: CliIo): string {
  const paint = coloursOf(io)
  const stop = sight.stopped ? paint.red(`  STOPPED: ${sight.stopped}`) : ''
  return [
    `${paint.bold('Gridtide')} at ${clock(sight.atMs)} UTC${stop}`,
    planLine(sight),
    '',
    regionTable(sight),
    '',
    sight.targets.length > 0 ? targetTable(sight, io) : 'nothing is steered yet',
    '',
    ...sight.events.map(({ atMs, type }) => paint.dim(`${clock(atMs)} ${type}`)),
    '',
  ].join('\n')
}

function planLine({ plan, atMs }: Sight): string {
  if (!plan) return 'no plan yet'
  const minutes = Math.round((plan.validUntilMs - atMs) / 60_000)
  const head = `plan ${plan.version}, ${plan.approval}, holds for ${minutes} min`
  if (plan.outcome.status === 'infeasible') return `${head}: ${plan.outcome.words}`
  const { predicted, baseline } = plan.outcome.plan
  const saved = 100 * (1 - predicted.carbonG / baseline.carbonG)
  return `${head}: ${kg(predicted.carbonG)} kgCO2e instead of ${kg(baseline.carbonG)} (${saved.toFixed(0)} % less)`
}

function regionTable({ regions }: Sight): string {
  const table = plainTable(['region', 'zone', 'gCO2e/kWh', 'quality', 'GPUs'])
  for (const { id, zone, carbon, gpus } of regions) {
    const inventory = gpus.map(({ type, count }) => `${count} ${type}`).join(', ')
    table.push([
      id,
      zone,
      carbon ? carbon.carbonGPerKwh.toFixed(0) : 'unknown',
      carbon?.quality ?? '',
      inventory,
    ])
  }
  return table.toString()
}

function targetTable({ targets }: Sight, io: CliIo): string {
  const paint = coloursOf(io)
  const status = {
    synced: paint.green,
    moving: paint.yellow,
    paused: paint.yellow,
    drifted: paint.red,
    unknown: paint.red,
  } as Readonly<Record<string, (text: string) => string>>
  const table = plainTable(['target', 'wanted', 'told', 'ready', 'status'])
  for (const target of targets) {
    const { id, wanted, observed, words } = target
    table.push([
      id,
      String(wanted?.replicas?.min ?? ''),
      String(observed?.replicas?.min ?? '?'),
      String(observed?.readyReplicas ?? '?'),
      `${(status[target.status] ?? String)(target.status)}${words ? ` ${words}` : ''}`,
    ])
  }
  return table.toString()
}
