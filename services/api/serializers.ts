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
    return (route) => {
      const { $ref: name } = route.schema as { readonly $ref?: string }
      let own: Serializer | undefined
      const compiled = (): Serializer => {
        compile ??= build(shared, options)
        own = (name !== undefined && known.get(name)) || compile(route)
        if (name !== undefined) known.set(name, own)
        return own
      }
      return (data) => (own ?? compiled())(data)
    }
  }
}
