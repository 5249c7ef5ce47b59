/**
 * `npm run bench`: how the planner's time and memory grow with the instance, and HiGHS beside
 * glpk.js on the same linear programmes and the same small mixed-integer programmes.
 */
import { horizonModel } from '../../services/planning/horizon-model.ts'
import { type LinearSolver, loadGlpk, loadHighs } from '../../services/planning/index.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { generateProblem, type InstanceSize } from './planner/instances.ts'
import { measure } from './planner/measure.ts'
import { writeSection } from './write-section.ts'

const SIZES: readonly InstanceSize[] = [
  { regions: 1, windows: 24, models: 1, variants: 6, seed: 1 },
  { regions: 1, windows: 24, models: 5, variants: 6, seed: 1 },
  { regions: 2, windows: 24, models: 5, variants: 6, seed: 1 },
  { regions: 4, windows: 24, models: 5, variants: 20, seed: 1 },
]
/** Above this many whole-number columns glpk.js proves nothing in any time worth waiting for. */
const MOST_WHOLE = 700
const TIME_LIMIT_SECONDS = 20
const GAP = 0.01

const name = ({ regions, windows, models, variants }: InstanceSize) =>
  `${regions} x ${windows} x ${models} x ${variants}`

function solved(solver: LinearSolver, size: InstanceSize, whole: boolean) {
  const { linear } = horizonModel(compileInstance(generateProblem(size)), { whole })
  const startedMs = performance.now()
  const answer = solver.solve(linear, { timeLimitSeconds: TIME_LIMIT_SECONDS, relativeGap: GAP })
  const seconds = (performance.now() - startedMs) / 1000
  return { ...answer, seconds, columns: linear.columnCount }
}

const kg = (grams: number) => (Number.isFinite(grams) ? (grams / 1000).toFixed(2) : '-')
const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`

const highs = await loadHighs()
const glpk = await loadGlpk()
const planner = [
  row('regions x windows x models x variants', 's', 'peak MB', 'kgCO2e', 'own gap %'),
  row('---', '---', '---', '---', '---'),
]
const solvers = [
  row(
    'instance',
    'programme',
    'columns',
    'HiGHS s',
    'HiGHS kg',
    'glpk.js s',
    'glpk.js kg',
    'status',
  ),
  row('---', '---', '---', '---', '---', '---', '---', '---'),
]
const rows: object[] = []
for (const size of SIZES) {
  const { seconds, peakMb, plan } = await measure(generateProblem(size), highs)
  const gapPct = 100 * plan.bound.gapRatio
  planner.push(
    row(
      name(size),
      seconds.toFixed(2),
      Math.round(peakMb),
      kg(plan.objective.value),
      gapPct.toFixed(2),
    ),
  )
  const linear = [solved(highs, size, false), solved(glpk, size, false)] as const
  const programmes = [['linear', linear] as const]
  const wholeColumns = plan.windows.length * size.models * size.regions * size.variants
  if (wholeColumns <= MOST_WHOLE) {
    const whole = [solved(highs, size, true), solved(glpk, size, true)] as const
    programmes.push(['whole, 1 % gap' as never, whole as never])
  }
  for (const [kind, [a, b]] of programmes) {
    solvers.push(
      row(
        name(size),
        kind,
        a.columns,
        a.seconds.toFixed(2),
        kg(a.value),
        b.seconds.toFixed(2),
        kg(b.value),
        `${a.status} / ${b.status}`,
      ),
    )
  }
  rows.push({ ...size, seconds, peakMb, gapPct, highs: linear[0].value, glpk: linear[1].value })
}
writeSection('Planner against instance size', 'npm run bench', planner)
writeSection('Solvers on the same programmes', 'npm run bench', [
  `Time limit ${TIME_LIMIT_SECONDS} s. The whole-number rows are left out where glpk.js has no hope.`,
  '',
  ...solvers,
])
console.log([...planner, '', ...solvers].join('\n'))
console.log(JSON.stringify({ bench: 'main', rows }))
