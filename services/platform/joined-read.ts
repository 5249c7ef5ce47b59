import { joinedCalls } from './joined-calls.ts'

/**
 * One read at a time, and never an answer from before the question: who asks while a read runs
 * waits for the next one, together with everybody else who does. However many ask, two reads serve
 * them.
 */
export function joinedRead<Value>(read: () => Promise<Value>): () => Promise<Value> {
  const ask = joinedCalls<undefined, Value>(async (asked) => {
    const value = await read()
    return asked.map(() => value)
  })
  return () => ask(undefined)
}
