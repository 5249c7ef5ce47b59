/** The three known names closest to a mistyped one, by shared pairs of letters (Dice, 1945). */
export function nearest(name: string, known: readonly string[]): readonly string[] {
  const wanted = pairsOf(name)
  const likeness = (other: string): number => {
    const pairs = pairsOf(other)
    const shared = [...pairs].filter((pair) => wanted.has(pair)).length
    return (2 * shared) / (pairs.size + wanted.size)
  }
  return known
    .map((other) => ({ other, score: likeness(other) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ other }) => other)
}

const pairsOf = (name: string): ReadonlySet<string> => {
  const text = ` ${name.toLowerCase()} `
  return new Set(Array.from({ length: text.length - 1 }, (_, i) => text.slice(i, i + 2)))
}
