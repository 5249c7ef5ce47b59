/** Items by key, in order of first appearance. */
export function groupBy<K, X>(items: Iterable<X>, key: (item: X) => K): Map<K, X[]> {
  const groups = new Map<K, X[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return groups
}
