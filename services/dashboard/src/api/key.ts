/**
 * The API key of whoever looks. It lives as long as the tab, in no cookie (so no other page can
 * make the browser send it) and in no address.
 */
const PLACE = 'gridtide-key'

const listeners = new Set<() => void>()

export const currentKey = (): string | undefined => sessionStorage.getItem(PLACE) ?? undefined

/** Keeps a key for this tab, or with undefined forgets it; either way everything is asked anew. */
export function changeKey(key: string | undefined): void {
  if (key === undefined) sessionStorage.removeItem(PLACE)
  else sessionStorage.setItem(PLACE, key)
  for (const listener of listeners) listener()
}

/** @returns how to stop listening */
export function onKeyChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
