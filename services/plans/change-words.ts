/** What one variant of a model carries in one region and window. */
export interface Load {
  readonly region: string
  readonly pointId: string
  /** Output tokens/s, deferrable ones included. */
  readonly tokensPerSecond: number
}

interface Changed {
  readonly region: string
  readonly model: string
  readonly pointId: string
}

/** Less than this is rounding of the solver, not a reason. */
const LEAST_SHARE = 0.005

/**
 * Why the replicas of one variant changed, told by what the model carries: it has more or less to
 * do, its load moved between regions, or the same load is carried by other variants.
 *
 * @param was what all variants of the model carried in that window in the plan before
 * @param is the same in the plan after
 */
export function changeWords(
  { region, model, pointId }: Changed,
  was: readonly Load[],
  is: readonly Load[],
): string {
  const here = (one: Load) => one.region === region
  const [allWas, allIs] = [sumOf(was), sumOf(is)]
  const [hereWas, hereIs] = [sumOf(was.filter(here)), sumOf(is.filter(here))]
  const words = []
  if (differs(allWas, allIs)) words.push(`${model} has ${fromTo(allWas, allIs)} to do`)
  if (differs(hereWas, hereIs)) {
    const other = counterpart(region, hereIs - hereWas, was, is)
    const gave = other && `, ${other} ${hereIs > hereWas ? 'less' : 'more'}`
    words.push(`${region} carries ${fromTo(hereWas, hereIs)}${gave ?? ''}`)
  }
  if (words.length > 0) return words.join('; ')
  const others = [...was, ...is].some((one) => here(one) && one.pointId !== pointId)
  return `the same load in ${region} on other ${others ? 'variants' : 'replicas'}`
}

/** The region whose load changed most the other way: where it came from, or went. */
function counterpart(
  region: string,
  moreHere: number,
  was: readonly Load[],
  is: readonly Load[],
): string | undefined {
  const regions = new Set([...was, ...is].map((one) => one.region))
  regions.delete(region)
  const moreIn = (one: string) =>
    sumOf(is.filter((load) => load.region === one)) -
    sumOf(was.filter((load) => load.region === one))
  return [...regions]
    .filter((one) => moreIn(one) * moreHere < 0)
    .toSorted((a, b) => Math.abs(moreIn(b)) - Math.abs(moreIn(a)))[0]
}

const sumOf = (loads: readonly Load[]): number =>
  loads.reduce((sum, { tokensPerSecond }) => sum + tokensPerSecond, 0)

const differs = (a: number, b: number): boolean => Math.abs(a - b) > LEAST_SHARE * Math.max(a, b)

const fromTo = (was: number, is: number): string =>
  `${Math.round(is)} tokens/s instead of ${Math.round(was)}`
