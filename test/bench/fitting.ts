import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { architectureFromConfig, equalityPlot, gpuFromSpec } from '../../services/fitting/index.ts'
import { newContest, playFold } from './fitting/contest.ts'
import { summariseDecisions } from './fitting/decisions.ts'
import { foldsOf, PUBLIC_FOLDS } from './fitting/folds.ts'
import { type BenchGroup, loadGroups } from './fitting/load.ts'
import { beats, summarise } from './fitting/score.ts'
import { measureSpeed } from './fitting/speed.ts'
import { tpotErrors } from './fitting/tpot.ts'
import { writeFitting } from './fitting/write-fitting.ts'

const PLOTTED_KS = [0, 3]

/**
 * How well a few runs predict a group, model families held out.
 *
 * `npm run bench:fitting -- [--runs FILE] [--also FILE]... [--arch FILE]... [--gpu FILE]... [--quick]
 * [--plot SVG] [--write]`
 *
 * Without `--runs`: the public ML.ENERGY runs and fixed folds. With it: the families of that file,
 * while priors also learn from the public runs of other families where those are at hand. Priors
 * learn from the runs of `--also` too, families still held out; nothing is scored on them. `--write`
 * puts what was found into docs/benchmarks.md.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    also: { type: 'string', multiple: true, default: [] },
    arch: { type: 'string', multiple: true, default: [] },
    gpu: { type: 'string', multiple: true, default: [] },
    plot: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})

const dataFolder = join(process.env.GRIDTIDE_DATA ?? '../shared/data', 'profiles')
const publicFile = join(dataFolder, 'mlenergy_v3_llm.csv')
const tpotFile = join(dataFolder, 'aiconfigurator_silicon_e2e.csv')
const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T
const extras = {
  architectures: values.arch.map((path) =>
    architectureFromConfig(
      json<{ _name_or_path?: string }>(path)._name_or_path ?? path,
      json(path),
    ),
  ),
  gpus: values.gpu.map((path) => gpuFromSpec(json(path))),
}

const publicGroups: readonly BenchGroup[] = existsSync(publicFile)
  ? loadGroups(publicFile, 'csv', extras)
  : []
const groups = values.runs ? loadGroups(values.runs, undefined, extras) : publicGroups
const folds = values.runs ? foldsOf(groups) : PUBLIC_FOLDS
const alsoLearnt = values.also.flatMap((path) => loadGroups(path, undefined, extras))
const extraTraining = [...(values.runs ? publicGroups : []), ...alsoLearnt]
const contest = newContest()
for (const heldOut of folds) {
  playFold(contest, groups, extraTraining, heldOut)
  console.error(`held out ${heldOut.join(', ')}`)
}

if (values.plot) {
  const series = PLOTTED_KS.map((k) => ({ name: `${k} runs`, points: contest.joules[k]! }))
  writeFileSync(values.plot, equalityPlot('families held out', 'J/token', series))
}

const byK = (name: string) =>
  Object.fromEntries(
    Object.entries(contest.errors[name]!).map(([k, errors]) => [k, summarise(errors)]),
  )
const ours = byK('ours')
const baselines = Object.fromEntries(
  Object.keys(contest.errors)
    .filter((name) => name !== 'ours')
    .map((name) => {
      const k = byK(name)
      const beaten = Object.keys(k).every((key) => beats(ours[key]!, k[key]!))
      return [name, { k, ...summariseDecisions(contest.decisions[name]!), beaten }]
    }),
)
const tallies = Object.values(contest.covered)
const share = (inside: number, count: number) => Math.round((1000 * inside) / count) / 1000
const summary = {
  bench: 'fitting',
  runs: values.runs ?? 'ML.ENERGY v3',
  groups: contest.groups,
  k: ours,
  coverage95: share(
    tallies.reduce((sum, { inside }) => sum + inside, 0),
    tallies.reduce((sum, { count }) => sum + count, 0),
  ),
  coverage95By: Object.fromEntries(
    Object.entries(contest.covered).map(([name, t]) => [name, share(t.inside, t.count)]),
  ),
  ...summariseDecisions(contest.decisions.ours!),
  guarded: summariseDecisions(contest.decisions.guarded!),
  baselines,
  transfer: Object.fromEntries(
    Object.entries(contest.transfer).map(([name, errorsByK]) => [
      name,
      Object.fromEntries(Object.entries(errorsByK).map(([k, errors]) => [k, summarise(errors)])),
    ]),
  ),
  ...(!values.quick &&
    existsSync(tpotFile) && {
      aiconfiguratorTpotK5: tpotErrors(loadGroups(tpotFile, 'aiconfigurator', extras)),
    }),
  speed: measureSpeed(),
}
if (values.write) {
  const options = process.argv.slice(2).filter((option) => option !== '--write')
  const command = ['npm run bench:fitting', ...(options.length > 0 ? ['--', ...options] : [])]
  writeFitting(summary, command.join(' '), values.runs === undefined)
}
console.log(JSON.stringify(summary))
