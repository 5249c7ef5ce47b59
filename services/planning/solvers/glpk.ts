import type { GLPK, Result } from 'glpk.js/node'
import type { LinearAnswer, LinearModel, LinearSolver, SolveLimits } from '../linear-solver.ts'

/**
 * GLPK (GPL-3.0, hence an optional dependency, loaded only when asked for): the reference that
 * HiGHS is checked against. It proves no bound when stopped early and keeps no basis.
 *
 * @throws where the optional package `glpk.js` is not installed
 */
export async function loadGlpk(): Promise<LinearSolver> {
  const { default: load } = await import('glpk.js/node')
  const glpk = await load()
  return {
    name: 'glpk',
    solve: (model, limits) => solve(glpk, model, limits),
    open(model) {
      let current = model
      return {
        setCosts(costs) {
          current = { ...current, costs: costs.slice() }
        },
        setUpper(upper) {
          current = { ...current, upper: upper.slice() }
        },
        setRowBounds(rowLower, rowUpper) {
          current = { ...current, rowLower: rowLower.slice(), rowUpper: rowUpper.slice() }
        },
        solve: (limits) => solve(glpk, current, limits),
        close: () => undefined,
      }
    },
  }
}

function solve(glpk: GLPK, model: LinearModel, limits: SolveLimits = {}): LinearAnswer {
  const names = Array.from({ length: model.columnCount }, (_, column) => `c${column}`)
  const { result } = glpk.solve(
    {
      name: 'model',
      objective: {
        direction: glpk.GLP_MIN,
        name: 'objective',
        vars: names.map((name, column) => ({ name, coef: model.costs[column]! })),
      },
      subjectTo: Array.from({ length: model.rowCount }, (_, row) => ({
        name: `r${row}`,
        vars: entriesOf(model, row).map(([column, coef]) => ({ name: names[column]!, coef })),
        bnds: bounds(glpk, model.rowLower[row]!, model.rowUpper[row]!),
      })),
      bounds: names.map((name, column) => ({
        name,
        ...bounds(glpk, model.lower[column]!, model.upper[column]!),
      })),
      generals: names.filter((_, column) => model.whole[column] === 1),
    },
    {
      msglev: glpk.GLP_MSG_OFF,
      presol: true,
      tmlim: Math.max(1, Math.ceil(limits.timeLimitSeconds ?? 3600)),
      mipgap: limits.relativeGap ?? 0,
    },
  )
  return answerOf(glpk, model, names, result, limits)
}

function answerOf(
  glpk: GLPK,
  model: LinearModel,
  names: readonly string[],
  result: Result['result'],
  limits: SolveLimits,
): LinearAnswer {
  const found = result.status === glpk.GLP_OPT || result.status === glpk.GLP_FEAS
  const proved = result.status === glpk.GLP_OPT
  // A MIP stopped by its gap is called optimal too.
  const gap = (limits.relativeGap ?? 0) * Math.abs(result.z)
  const impossible = result.status === glpk.GLP_NOFEAS || result.status === glpk.GLP_INFEAS
  return {
    status: proved ? 'optimal' : found ? 'feasible' : impossible ? 'infeasible' : 'unknown',
    value: found ? result.z : Number.POSITIVE_INFINITY,
    bound: proved ? result.z - gap : Number.NEGATIVE_INFINITY,
    columnValues: Float64Array.from(names, (name) => (found ? result.vars[name]! : 0)),
    rowDuals: Float64Array.from(
      { length: model.rowCount },
      // Absent for whole-number models.
      (_, row) => result.dual?.[`r${row}`] ?? 0,
    ),
  }
}

function entriesOf(model: LinearModel, row: number): [number, number][] {
  const entries: [number, number][] = []
  for (let at = model.rowStarts[row]!; at < model.rowStarts[row + 1]!; at++) {
    entries.push([model.columns[at]!, model.values[at]!])
  }
  return entries
}

function bounds(glpk: GLPK, lower: number, upper: number) {
  const below = Number.isFinite(lower)
  const above = Number.isFinite(upper)
  if (below && above) {
    return { type: lower === upper ? glpk.GLP_FX : glpk.GLP_DB, lb: lower, ub: upper }
  }
  if (below) return { type: glpk.GLP_LO, lb: lower, ub: 0 }
  return above ? { type: glpk.GLP_UP, lb: 0, ub: upper } : { type: glpk.GLP_FR, lb: 0, ub: 0 }
}
