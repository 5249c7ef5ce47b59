import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'

type Compiler = ReturnType<ReturnType<typeof SerializerSelector>>
type Serializer = ReturnType<Compiler>

/**
 * Compiles the writer of a schema when it first has something to write, and that of a shared one
 * once: every operation names the same few problems. Compiling all of them took most of a second of
 * each start, for answers that most processes never give.
 */
export function sharedSerializers(): ReturnType<typeof SerializerSelector> {
  const known = new Map<string, Serializer>()
  const build = SerializerSelector()
  return (shared, options) => {
    let compile: Compiler | undefined
    const writerOf = (route: Parameters<Compiler>[0]): Serializer => {
      compile ??= build(shared, options)
      const { $ref: name } = route.schema as { readonly $ref?: string }
      if (name === undefined) return compile(route)
      const writer = known.get(name) ?? compile(route)
      known.set(name, writer)
      return writer
    }
    return (route) => {
      let writer: Serializer | undefined
      return (data) => {
        writer ??= writerOf(route)
        return writer(data)
      }
    }
  }
}
