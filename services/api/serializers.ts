import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'

type Compiler = ReturnType<ReturnType<typeof SerializerSelector>>

/**
 * Compiles the writer of each shared schema once. Every operation names the same few problems;
 * compiling them anew for each one took most of the time that a process needs to start.
 */
export function sharedSerializers(): ReturnType<typeof SerializerSelector> {
  const known = new Map<string, ReturnType<Compiler>>()
  const build = SerializerSelector()
  return (shared, options) => {
    const compile = build(shared, options)
    return (route) => {
      const { $ref: name } = route.schema as { readonly $ref?: string }
      if (name === undefined) return compile(route)
      const serializer = known.get(name) ?? compile(route)
      known.set(name, serializer)
      return serializer
    }
  }
}
