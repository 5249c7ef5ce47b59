/** Items that have the same key, in order of first appearance; the checker's own, like all it uses. */
export function together<X>(items: Iterable<X>, key: (item: X) => string): Map<string, X[]> {
  const found = new Map<string, X[]>()
  for (const item of items) {
    const name = key(item)
    found.set(name, found.get(name) ?? [])
    found.get(name)!.push(item)
  }
  return found
}
