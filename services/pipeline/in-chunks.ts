/**
 * What comes, in chunks and in its order: as soon as there is a whole one, and some time after its
 * first item however little there is, so that nobody waits for input that pauses.
 *
 * @param most items of a chunk
 * @param withinMs after the first item of a chunk it is given, at the latest
 * @throws what the input throws, after all that came before it
 */
export async function* inChunks<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  most: number,
  withinMs: number,
): AsyncGenerator<readonly Item[]> {
  const input = lookingAhead(items)
  try {
    for (;;) {
      const chunk = await filled(input, most, withinMs)
      if (chunk.length === 0) return
      yield chunk
    }
  } finally {
    input.close()
  }
}

type LookingAhead<Item> = ReturnType<typeof lookingAhead<Item>>

/** @returns nothing where the input has ended */
async function filled<Item>(
  input: LookingAhead<Item>,
  most: number,
  withinMs: number,
): Promise<readonly Item[]> {
  const first = await input.next()
  if (first.done) return []
  const chunk = [first.value]
  input.take()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), withinMs)
  })
  while (chunk.length < most) {
    // A fault stays next, and is thrown once this chunk is given.
    const came = await Promise.race([input.next().catch(() => undefined), late])
    if (!came || came.done) break
    chunk.push(came.value)
    input.take()
  }
  clearTimeout(timer)
  return chunk
}

/** The next item again and again, until it is taken. */
function lookingAhead<Item>(items: AsyncIterable<Item> | Iterable<Item>) {
  const source = (async function* () {
    yield* items
  })()
  let next: Promise<IteratorResult<Item, void>> | undefined
  return {
    next() {
      next ??= source.next()
      return next
    },
    take() {
      next = undefined
    },
    close() {
      source.return().catch(() => undefined)
    },
  }
}
