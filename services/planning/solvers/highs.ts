import type { Highs, Model } from 'highs'
import type {
  LinearAnswer,
  LinearModel,
  LinearSolver,
  OpenModel,
  SolveLimits,
} from '../linear-solver.ts'

const FEASIBLE_POINT = 2 // HiGHS `kSolutionStatusFeasible`

/**
 * HiGHS (MIT), compiled to WebAssembly: the default solver. Single-threaded and blocking.
 *
 * @param wasmModule what it was compiled to, where that is known: it is compiled once more otherwise
 * @see https://highs.dev
 */
export async function loadHighs(wasmModule?: WebAssembly.Module): Promise<LinearSolver> {
  const module = await import('highs')
  // The package's types describe its CommonJS face; Node loads the ES module.
  const load = module.default as unknown as (hooks: Partial<Hooks>) => Promise<Highs>
  const highs = await load(wasmModule ? instantiated(wasmModule) : {})
  const open = (model: LinearModel): OpenModel => openModel(highs, model)
  return {
    name: 'highs',
    open,
    solve(model, limits) {
      const opened = open(model)
      try {
        return opened.solve(limits)
      } finally {
        opened.close()
      }
    },
  }
}

/**
 * Of Emscripten's loader. The package's types name an option for the same, `wasmModule`, which its
 * loader does not know (1.15.3).
 */
interface Hooks {
  instantiateWasm(imports: object, receive: (made: WebAssembly.Instance) => void): void
}

const instantiated = (wasmModule: WebAssembly.Module): Hooks => ({
  instantiateWasm: (imports, receive) => receive(new WebAssembly.Instance(wasmModule, imports)),
})

function openModel(highs: Highs, model: LinearModel): OpenModel {
  const native = highs.createModel({
    numCols: model.columnCount,
    numRows: model.rowCount,
    colCost: model.costs,
    colLower: model.lower,
    colUpper: model.upper,
    rowLower: model.rowLower,
    rowUpper: model.rowUpper,
    matrix: {
      format: 'csr',
      numRows: model.rowCount,
      numCols: model.columnCount,
      starts: model.rowStarts,
      indices: model.columns,
      values: model.values,
    },
    integrality: Int32Array.from(model.whole),
  })
  native.options.set({ output_flag: false, random_seed: 0 })
  const whole = model.whole.includes(1)
  const allColumns = { kind: 'range', from: 0, to: model.columnCount - 1 } as const
  const allRows = { kind: 'range', from: 0, to: model.rowCount - 1 } as const
  return {
    setCosts: (costs) => void native.changeColsCost(allColumns, costs),
    setUpper: (upper) => void native.changeColsBounds(allColumns, model.lower, upper),
    setRowBounds: (lower, upper) => void native.changeRowsBounds(allRows, lower, upper),
    solve: (limits = {}) => run(highs, native, whole, limits),
    close: () => native.dispose(),
  }
}

function run(highs: Highs, native: Model, whole: boolean, limits: SolveLimits): LinearAnswer {
  native.options.set({
    // The clock of a kept model runs on, so the limit is counted from here.
    time_limit: native.getRunTime() + (limits.timeLimitSeconds ?? 3600),
    mip_rel_gap: limits.relativeGap ?? 0,
    solver: limits.interior ? 'ipm' : 'choose',
    run_crossover: limits.interior ? 'off' : 'on',
  })
  const { modelStatus } = native.run()
  const status = highs.constants.modelStatus
  const proved = modelStatus === status.optimal || modelStatus === status.empty
  const found = proved || Number(native.info.get('primal_solution_status')) === FEASIBLE_POINT
  const impossible: number[] = [status.infeasible, status.unboundedOrInfeasible]
  const solution = native.getSolution()
  const value = found ? native.getObjectiveValue() : Number.POSITIVE_INFINITY
  const lpBound = proved ? value : Number.NEGATIVE_INFINITY
  return {
    status: statusOf(proved, impossible.includes(modelStatus), found),
    value,
    bound: whole ? Number(native.info.get('mip_dual_bound')) : lpBound,
    columnValues: solution.colValue,
    rowDuals: whole ? new Float64Array(solution.rowDual.length) : solution.rowDual,
  }
}

function statusOf(proved: boolean, impossible: boolean, found: boolean): LinearAnswer['status'] {
  if (proved) return 'optimal'
  if (impossible) return 'infeasible'
  return found ? 'feasible' : 'unknown'
}
