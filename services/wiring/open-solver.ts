import { type LinearSolver, loadHighs } from '../planning/index.ts'
import { compiledOnce } from '../platform/compiled-once.ts'

/** What HiGHS was compiled to, the same for every thread that is started after the first call. */
export const compiledSolver = () => compiledOnce(import.meta.resolve('highs/runtime'))

/** The default solver, with memory of its own: that of WebAssembly grows, and never shrinks. */
export const openSolver = async (): Promise<LinearSolver> => loadHighs(await compiledSolver())
