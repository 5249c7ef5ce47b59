/** One field that is not what it was; both values as JSON, cut short. */
export interface Difference {
  /** JSON Pointer. */
  readonly path: string
  readonly was: string
  readonly is: string
}

const LONGEST = 60

/** Where two documents differ, leaf by leaf, in the order of the first. */
export function differences(was: unknown, is: unknown, path = ''): readonly Difference[] {
  if (Object.is(was, is)) return []
  if (!isTree(was) || !isTree(is) || Array.isArray(was) !== Array.isArray(is)) {
    const [before, after] = [shown(was), shown(is)]
    return before === after ? [] : [{ path: path || '/', was: before, is: after }]
  }
  const keys = new Set([...Object.keys(was), ...Object.keys(is)])
  return [...keys].flatMap((key) => differences(was[key], is[key], `${path}/${key}`))
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function shown(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
}
