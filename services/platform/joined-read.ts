/**
 * One read at a time, and never an answer from before the question: who asks while a read runs
 * waits for the next one, together with everybody else who does. However many ask, two reads serve
 * them.
 */
export function joinedRead<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<unknown> | undefined
  let next: Promise<Value> | undefined
  const start = (): Promise<Value> => {
    const mine = read()
    const over = mine.then(nothing, nothing).then(() => {
      if (running === over) running = undefined
    })
    running = over
    return mine
  }
  return () => {
    if (!running) return start()
    next ??= running.then(() => {
      next = undefined
      return start()
    })
    return next
  }
}

const nothing = (): undefined => undefined
