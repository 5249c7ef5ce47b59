/**
 * How fast, how near to the best, in how much memory. `--size small|middle|full|all` picks the instances,
 * (all unless told, about five minutes; or `RxTxMxC`, regions x windows x models x variants, for one of any size; `none` for no instance),
 * `--deadline s` plans the largest instance once more with so many seconds, 0 not at all; `--seeds n` how many seeds each; `--write` puts the rows into docs/benchmarks.md; `--highs seconds` is what HiGHS may take for the
 * whole problem as one MILP, where that is small enough (80 unless told, 0 not at all); `--random n` compares n small instances; `--tails n`
 * simulates n scenarios; `--power` weighs the affine power of plans against the fit's curve;
 * `--hold n` rolls n fleets on, taking every new plan and holding the one in force.
 */
import { parseArgs } from 'node:util'
import { horizonModel } from '../../services/planning/horizon-model.ts'
import { type LinearSolver, loadHighs } from '../../services/planning/index.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { rollForecasts } from './planner/hold.ts'
import { generateProblem, type InstanceSize } from './planner/instances.ts'
import { measure } from './planner/measure.ts'
import { measurePower, powerSummary } from './planner/power.ts'
import { compareSmall } from './planner/small.ts'
import { simulateTails } from './planner/tails.ts'
import { measureWarm } from './planner/warm.ts'
import { writeSection } from './write-section.ts'

const SIZES: Record<string, readonly Omit<InstanceSize, 'seed'>[]> = {
  small: [
    { regions: 1, windows: 24, models: 5, variants: 6 },
    { regions: 4, windows: 24, models: 5, variants: 20 },
  ],
  middle: [
    { regions: 4, windows: 96, models: 5, variants: 20 },
    { regions: 12, windows: 24, models: 20, variants: 20 },
    { regions: 12, windows: 96, models: 20, variants: 20 },
  ],
  full: [{ regions: 32, windows: 288, models: 20, variants: 60 }],
}
interface Row extends InstanceSize {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMb: number
  readonly gapPct: number
  readonly highsSeconds: number | null
  readonly highsGapPct: number | null
}

/** Regions x windows x models from which a plan that goes on from the last one is measured too. */
const WARM_FROM = 20_000
/** Of larger monoliths HiGHS found no plan in 100 s, or one far from the best. */
const MOST_REPLICA_COLUMNS = 10_000

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'all' },
    seeds: { type: 'string', default: '1' },
    highs: { type: 'string', default: '80' },
    deadline: { type: 'string', default: '10' },
    random: { type: 'string', default: '0' },
    power: { type: 'boolean', default: false },
    hold: { type: 'string', default: '0' },
    tails: { type: 'string', default: '0' },
    write: { type: 'boolean', default: false },
  },
})

function monolith(size: InstanceSize, solver: LinearSolver, timeLimitSeconds: number) {
  const from = performance.now()
  const instance = compileInstance(generateProblem(size))
  const model = horizonModel(instance, { whole: true })
  const answer = solver.solve(model.linear, { timeLimitSeconds, relativeGap: 0.01 })
  const gap = 100 * ((answer.value - answer.bound) / answer.value)
  return {
    highsSeconds: round((performance.now() - from) / 1000),
    highsGapPct: Number.isFinite(gap) ? round(gap) : null,
    highsValue: round(answer.value),
    highsBound: round(answer.bound),
  }
}

/** Nulls where it was not run; why is printed. */
function compareHighs(size: InstanceSize, limitSeconds: number) {
  const columns = size.regions * size.windows * size.models * size.variants
  if (limitSeconds > 0 && columns <= MOST_REPLICA_COLUMNS) {
    return monolith(size, solver, limitSeconds)
  }
  console.log(
    limitSeconds > 0
      ? `HiGHS alone is not tried: ${columns} replica columns, more than ${MOST_REPLICA_COLUMNS}`
      : 'HiGHS alone is not tried: --highs 0',
  )
  return { highsSeconds: null, highsGapPct: null }
}

function sizesOf(name: string): readonly Omit<InstanceSize, 'seed'>[] {
  if (name === 'all') return Object.values(SIZES).flat()
  if (name === 'none') return []
  const [regions, windows, models, variants] = name.split('x').map(Number)
  if (regions && windows && models && variants) return [{ regions, windows, models, variants }]
  const known = SIZES[name]
  if (!known) throw new Error(`--size ${name}: small, middle, full, all, none or RxTxMxC`)
  return known
}

const round = (value: number): number => Math.round(value * 100) / 100

/** Slope of log(seconds) over log(regions x windows x models), by least squares. */
function exponent(rows: readonly Row[]): number | null {
  const points = rows.map(
    ({ regions, windows, models, cpuSeconds }) =>
      [Math.log(regions * windows * models), Math.log(cpuSeconds)] as const,
  )
  const mean = (of: (p: readonly [number, number]) => number) =>
    points.reduce((sum, p) => sum + of(p), 0) / points.length
  const [x, y] = [mean(([a]) => a), mean(([, b]) => b)]
  const spread = points.reduce((sum, [a]) => sum + (a - x) ** 2, 0)
  const slope = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / spread
  return spread > 0 ? round(slope) : null
}

const solver = await loadHighs()
const rows: Row[] = []
const sizes = sizesOf(values.size)
for (const size of sizes) {
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const { seconds, cpuSeconds, peakMb, plan } = await measure(
      generateProblem({ ...size, seed }),
      solver,
    )
    const highs = compareHighs({ ...size, seed }, Number(values.highs))
    const row = {
      ...size,
      seed,
      seconds: round(seconds),
      cpuSeconds: round(cpuSeconds),
      peakMb: Math.round(peakMb),
      value: round(plan.objective.value),
      bound: round(plan.objective.bound),
      gapPct: round(100 * plan.bound.gapRatio),
      ...highs,
    }
    rows.push(row)
    console.log(JSON.stringify(row))
  }
}
const notes: string[] = []
const due = Number(values.deadline)
const largest = due > 0 ? sizes.find((size) => SIZES.full?.includes(size)) : undefined
if (largest) {
  const { seconds, plan } = await measure(generateProblem({ ...largest, seed: 1 }), solver, {
    deadlineSeconds: due,
  })
  const gapPct = round(100 * plan.bound.gapRatio)
  const { isCutShort = false } = plan
  console.log(JSON.stringify({ deadlineSeconds: due, seconds: round(seconds), gapPct, isCutShort }))
  notes.push(
    `The largest with a deadline of ${due} s: a plan that keeps every promise after ${round(seconds)} s, gap ${gapPct} %.`,
  )
}
for (const size of sizes.filter((one) => one.regions * one.windows * one.models >= WARM_FROM)) {
  const warm = await measureWarm(size, solver)
  console.log(JSON.stringify({ warm }))
  const { coldSeconds, coldGapPct, warmSeconds, warmGapPct, timesFaster } = warm
  notes.push(
    `${size.regions} x ${size.windows} x ${size.models} x ${size.variants} from nothing: ${coldSeconds} s, gap ${coldGapPct} %; one window later, going on from that plan: ${warmSeconds} s, gap ${warmGapPct} % (${timesFaster} times faster).`,
  )
}
if (values.random !== '0') {
  console.log(JSON.stringify({ random: compareSmall(1, Number(values.random), solver) }))
}
if (values.tails !== '0') {
  console.log(JSON.stringify({ tails: simulateTails(Number(values.tails)) }))
}
for (let seed = 1; seed <= Number(values.hold); seed++) {
  console.log(JSON.stringify({ hold: { seed, ...rollForecasts(seed, solver) } }))
}
if (values.power) {
  const errors = await measurePower(solver)
  for (const error of errors) console.log(JSON.stringify(error))
  console.log(JSON.stringify({ power: powerSummary(errors) }))
}
console.log(JSON.stringify({ timeExponent: exponent(rows) }))
if (values.write) {
  const cells = (...all: (string | number | null)[]) =>
    `| ${all.map((x) => x ?? '-').join(' | ')} |`
  writeSection('The planner at scale', `npm run bench:planner -- --size ${values.size}`, [
    "Blocks are solved on all cores; every plan was accepted by the independent checker. The gap is against the plan's own proven bound.",
    '',
    cells(
      'regions x windows x models x variants',
      'seed',
      's',
      'CPU s',
      'peak MB',
      'gap %',
      'HiGHS alone, s',
      'its gap %',
    ),
    cells(...new Array(8).fill('---')),
    ...rows.map((row) =>
      cells(
        `${row.regions} x ${row.windows} x ${row.models} x ${row.variants}`,
        row.seed,
        row.seconds,
        row.cpuSeconds,
        row.peakMb,
        row.gapPct,
        row.highsSeconds,
        row.highsGapPct,
      ),
    ),
    '',
    `CPU-seconds grow with (regions x windows x models) to the power of ${exponent(rows) ?? 'unknown'}.`,
    '',
    ...notes,
  ])
}
const FIELDS = ['regions', 'windows', 'models', 'variants', 'seconds', 'peakMb', 'gapPct']
const HIGHS_FIELDS = ['highsSeconds', 'highsGapPct']
console.log(
  JSON.stringify({ bench: 'planner', rows }, ['bench', 'rows', ...FIELDS, ...HIGHS_FIELDS]),
)
