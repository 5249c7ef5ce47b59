const LONGEST = 64

/**
 * The word nearest to a misspelt one, by edit distance with swaps of neighbours (optimal string
 * alignment), if any is near enough to be meant.
 */
function closest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance || word.length > LONGEST) continue
    const distance = distanceOf(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

function distanceOf(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current[column] = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + cost,
        swapped ? beforeLast[column - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}

/** `did you mean "x"?`, or the list where it is short, or nothing. */
export function suggestionFor(word: string, candidates: readonly string[]): string | undefined {
  const near = closest(word, candidates)
  if (near !== undefined) return `did you mean ${JSON.stringify(near)}?`
  if (candidates.length === 0 || candidates.length > 12) return undefined
  return `known: ${candidates.join(', ')}`
}
