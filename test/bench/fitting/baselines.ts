import { gpusOf, type MeasuredRun } from '../../../services/fitting/index.ts'

/** What every contender predicts of one row. */
export interface Guess {
  readonly tokensPerSecond: number
  readonly itlMs: number
  readonly itlP95Ms: number
  readonly powerWatts: number
}

type Baseline = (seen: readonly MeasuredRun[]) => (run: MeasuredRun) => Guess

const at = (run: MeasuredRun): readonly [number, number] => [
  Math.log2(run.batch),
  Math.log2(gpusOf(run)),
]
const stepMs = (run: MeasuredRun): number => (1e3 * run.batch) / run.tokensPerSecond
const wattsPerGpu = (run: MeasuredRun): number => run.powerWatts! / gpusOf(run)

/** A lookup table: the profiled point nearest in log batch and log GPUs. */
const nearestPoint: Baseline = (seen) => (run) => {
  const [b, n] = at(run)
  const distance = (other: MeasuredRun) => Math.hypot(at(other)[0] - b, 2 * (at(other)[1] - n))
  const best = seen.reduce((a, c) => (distance(c) < distance(a) ? c : a))
  return {
    tokensPerSecond: best.tokensPerSecond,
    itlMs: best.itlMs!,
    itlP95Ms: best.itlP95Ms!,
    powerWatts: wattsPerGpu(best) * gpusOf(run),
  }
}

/** log y = a + b log batch + c log GPUs, ridge 1e-6 so that three points always suffice. */
const logLog: Baseline = (seen) => {
  const rows = seen.map((run) => [1, ...at(run)])
  const curveOf = (value: (run: MeasuredRun) => number) => {
    const w = ridge(
      rows,
      seen.map((run) => Math.log(value(run))),
      1e-6,
    )
    return (run: MeasuredRun) => Math.exp([1, ...at(run)].reduce((s, x, i) => s + x * w[i]!, 0))
  }
  const [tokens, itl, p95, watts] = [
    curveOf((r) => r.tokensPerSecond),
    curveOf((r) => r.itlMs!),
    curveOf((r) => r.itlP95Ms!),
    curveOf((r) => r.powerWatts!),
  ]
  return (run) => ({
    tokensPerSecond: tokens(run),
    itlMs: itl(run),
    itlP95Ms: p95(run),
    powerWatts: watts(run),
  })
}

/** Runs on the same number of GPUs where two or more were seen, else all: a curve per layout. */
const curveFor = (seen: readonly MeasuredRun[], run: MeasuredRun): readonly MeasuredRun[] => {
  const same = seen.filter((other) => gpusOf(other) === gpusOf(run))
  return same.length >= 2 ? same : seen
}

/** llm-d's workload variant autoscaler: latency = a + b batch per layout; power alike. */
const wvaLinear: Baseline = (seen) => (run) => {
  const curve = curveFor(seen, run)
  const line = (value: (r: MeasuredRun) => number) => {
    const w = ridge(
      curve.map((r) => [1, r.batch]),
      curve.map(value),
      1e-9,
    )
    const least = Math.min(...curve.map(value)) / 2
    return Math.max(least, w[0]! + w[1]! * run.batch)
  }
  return {
    tokensPerSecond: (1e3 * run.batch) / line(stepMs),
    itlMs: line((r) => r.itlMs!),
    itlP95Ms: line((r) => r.itlP95Ms!),
    powerWatts: line(wattsPerGpu) * gpusOf(run),
  }
}

/** ML.ENERGY's OpenG2G: a four-parameter logistic in log2 batch, 24 x 30 grid, per layout. */
const mlEnergyLogistic: Baseline = (seen) => (run) => {
  const curve = curveFor(seen, run)
  const x = Math.log2(run.batch)
  const guess = (value: (r: MeasuredRun) => number) =>
    logistic(
      curve.map((r) => Math.log2(r.batch)),
      curve.map(value),
      x,
    )
  return {
    tokensPerSecond: guess((r) => r.tokensPerSecond),
    itlMs: guess((r) => r.itlMs!),
    itlP95Ms: guess((r) => r.itlP95Ms!),
    powerWatts: guess(wattsPerGpu) * gpusOf(run),
  }
}

const NOTHING: Guess = {
  tokensPerSecond: Number.NaN,
  itlMs: Number.NaN,
  itlP95Ms: Number.NaN,
  powerWatts: Number.NaN,
}

/** Each quantity from those of the runs that have it; NaN where none has. */
const fromWhatIsThere =
  (baseline: Baseline): Baseline =>
  (seen) => {
    const all = baseline(seen)
    const having = (key: 'itlMs' | 'itlP95Ms' | 'powerWatts') => {
      const runs = seen.filter((run) => run[key] !== undefined)
      if (runs.length === seen.length) return all
      return runs.length === 0 ? () => NOTHING : baseline(runs)
    }
    const [itl, p95, power] = [having('itlMs'), having('itlP95Ms'), having('powerWatts')]
    return (run) => {
      const guess = all(run)
      const by = (guesser: typeof all) => (guesser === all ? guess : guesser(run))
      return {
        tokensPerSecond: guess.tokensPerSecond,
        itlMs: by(itl).itlMs,
        itlP95Ms: by(p95).itlP95Ms,
        powerWatts: by(power).powerWatts,
      }
    }
  }

export const BASELINES: Readonly<Record<string, Baseline>> = {
  nearestPoint: fromWhatIsThere(nearestPoint),
  logLog: fromWhatIsThere(logLog),
  wvaLinear: fromWhatIsThere(wvaLinear),
  mlEnergyLogistic: fromWhatIsThere(mlEnergyLogistic),
}

function logistic(xs: readonly number[], ys: readonly number[], x: number): number {
  let best = { error: Number.POSITIVE_INFINITY, value: ys[0]! }
  for (let s = 0; s < 24; s++) {
    const slope = 0.2 * 1.2 ** s
    for (let m = 0; m < 30; m++) {
      const middle = (m * 14) / 29
      const sigmoid = (v: number) => 1 / (1 + Math.exp(-slope * (v - middle)))
      const w = ridge(
        xs.map((v) => [1, sigmoid(v)]),
        ys,
        1e-9,
      )
      const error = xs.reduce((sum, v, i) => sum + (w[0]! + w[1]! * sigmoid(v) - ys[i]!) ** 2, 0)
      if (error < best.error) best = { error, value: w[0]! + w[1]! * sigmoid(x) }
    }
  }
  return Math.max(Math.min(...ys) / 4, best.value)
}

/** Least squares with a ridge relative to the mean square of the inputs; Gaussian elimination. */
function ridge(
  rows: readonly (readonly number[])[],
  ys: readonly number[],
  lambda: number,
): number[] {
  const k = rows[0]!.length
  const scale = rows.flat().reduce((sum, v) => sum + v * v, 0) / rows.length
  const a = Array.from({ length: k }, (_, i) =>
    Array.from({ length: k + 1 }, (__, j) =>
      rows.reduce(
        (sum, r, t) => sum + r[i]! * (j < k ? r[j]! : ys[t]!),
        i === j ? lambda * scale : 0,
      ),
    ),
  )
  for (let i = 0; i < k; i++) {
    for (let r = 0; r < k; r++) {
      if (r === i) continue
      const factor = a[r]![i]! / a[i]![i]!
      for (let c = i; c <= k; c++) a[r]![c]! -= factor * a[i]![c]!
    }
  }
  return a.map((row, i) => row[k]! / row[i]!)
}
