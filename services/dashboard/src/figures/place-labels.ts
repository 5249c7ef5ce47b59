export interface Spot {
  readonly id: string
  /** Middle of the dot, and its radius. */
  readonly x: number
  readonly y: number
  readonly radius: number
  /** Size of its label. */
  readonly width: number
  readonly height: number
}

export interface PlacedLabel {
  /** Top left corner. */
  readonly x: number
  readonly y: number
}

interface Box extends PlacedLabel {
  readonly width: number
  readonly height: number
}

const GAP = 6

/**
 * Where the label of each spot goes: right of it, left, above or below, the first place that is
 * free. One that has no place goes without: what it would say also stands in the list.
 */
export function placeLabels(
  spots: readonly Spot[],
  within: { readonly width: number; readonly height: number },
): ReadonlyMap<string, PlacedLabel> {
  const taken: Box[] = spots.map(({ x, y, radius }) => ({
    x: x - radius,
    y: y - radius,
    width: 2 * radius,
    height: 2 * radius,
  }))
  const placed = new Map<string, PlacedLabel>()
  for (const spot of spots) {
    const free = placesBeside(spot).find(
      (box) => isWithin(box, within) && !taken.some((other) => overlap(box, other)),
    )
    if (!free) continue
    taken.push(free)
    placed.set(spot.id, { x: free.x, y: free.y })
  }
  return placed
}

function placesBeside({ x, y, radius, width, height }: Spot): Box[] {
  const away = radius + GAP
  return [
    { x: x + away, y: y - height / 2 },
    { x: x - away - width, y: y - height / 2 },
    { x: x - width / 2, y: y - away - height },
    { x: x - width / 2, y: y + away },
  ].map((corner) => ({ ...corner, width, height }))
}

const isWithin = (box: Box, { width, height }: { width: number; height: number }): boolean =>
  box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
