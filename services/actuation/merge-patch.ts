type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** JSON Merge Patch, RFC 7396: null removes, objects merge, everything else replaces. */
export function mergePatched(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged: Record<string, unknown> = { ...(isObject(target) ? target : {}) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = mergePatched(merged[key], value)
  }
  return merged
}

/**
 * The merge patch that takes back `patch`: `mergePatched(mergePatched(o, p), inversePatch(p, o))`
 * is `o` again, but for empty objects that the patch had to create on its way down.
 */
export function inversePatch(patch: Json, original: unknown): Json {
  const before = isObject(original) ? original : {}
  return Object.fromEntries(
    Object.entries(patch).map(([key, value]) => [
      key,
      isObject(value) ? inversePatch(value, before[key]) : (before[key] ?? null),
    ]),
  )
}

/** Joins two patches that each undo something; where both speak of a field, `older` is right. */
export function joinPatches(newer: unknown, older: unknown): unknown {
  if (!isObject(newer) || !isObject(older)) return older
  const joined: Record<string, unknown> = { ...newer }
  for (const [key, value] of Object.entries(older)) joined[key] = joinPatches(newer[key], value)
  return joined
}
