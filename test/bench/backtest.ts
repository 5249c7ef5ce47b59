/**
 * What would it have saved, honestly? `npm run bench:backtest -- [--days N] [--data DIR]
 * [--scenario NAME] [--load FAMILY] [--sensitivity] [--jobs] [--policies IDS]`
 *
 * Every policy is tuned alike on the tuning weeks and played once on the reported weeks of
 * test/bench/backtest/weeks.ts. Finished policies are kept under .cache/backtest, so that a run that
 * was ended goes on; delete it after a change of the program. Writes docs/benchmarks.md, unless only some
 * policies are played (`--policies`, beside ours, the rule of thumb and the floors); the last line is JSON.
 */

import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openThreads } from '../../services/platform/threads.ts'
import { compiledSolver } from '../../services/wiring/open-solver.ts'
import { type PlayedScenario, playScenario } from './backtest/play-scenario.ts'
import { scenarioJson, scenarioLines } from './backtest/scenario-lines.ts'
import { LOADS, SCENARIOS } from './backtest/weeks.ts'
import { writeSection } from './write-section.ts'

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '7' },
    data: { type: 'string', default: process.env.GRIDTIDE_DATA ?? '../shared/data' },
    scenario: { type: 'string' },
    load: { type: 'string' },
    sensitivity: { type: 'boolean', default: false },
    jobs: { type: 'boolean', default: false },
    policies: { type: 'string' },
  },
})
if (!existsSync(join(values.data, 'grid'))) {
  console.error(`needs recorded grid data in ${values.data}: set --data or GRIDTIDE_DATA`)
  process.exit(1)
}
const wanted = SCENARIOS.filter((name) => !values.scenario || name === values.scenario)
const threads = openThreads({ threads: availableParallelism(), prepare: compiledSolver })
const scenario: Record<string, object> = {}
let hours = 0
let seconds = 0
try {
  for (const name of wanted) {
    const played: PlayedScenario = await playScenario(
      name,
      {
        days: Number(values.days),
        data: values.data,
        folder: `.cache/backtest/${name}`,
        loads: LOADS.filter((load) => !values.load || load === values.load),
        jobs: values.jobs,
        ...(values.policies !== undefined && { policies: values.policies.split(',') }),
        varied: values.sensitivity ? variedIn(name) : [],
      },
      threads,
    )
    hours += played.simulatedHours
    seconds += played.seconds
    const lines = scenarioLines(played)
    console.log([`## ${name}`, ...lines].join('\n'))
    if (values.policies === undefined)
      writeSection(
        `Backtest: ${name}`,
        `npm run bench:backtest -- --days ${values.days} --scenario ${name}${values.load ? ` --load ${values.load}` : ''}${values.sensitivity ? ' --sensitivity' : ''}${values.jobs ? ' --jobs' : ''}`,
        lines,
      )
    scenario[name] = scenarioJson(played)
  }
} finally {
  await threads.close()
}
console.log(
  JSON.stringify({ bench: 'backtest', scenario, simulatedHoursPerSecond: hours / seconds }),
)

/** Policies of the sensitivity table: of the largest scenario ours and the strongest peer alone. */
function variedIn(name: string): readonly string[] {
  const some = ['freesh', 'gridtide']
  return name === 'eight-zones' ? some : ['hpa', 'energy-only', 'casper', ...some]
}
