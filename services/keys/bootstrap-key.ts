import { createKey } from './create-key.ts'
import type { KeyStore } from './port.ts'

/**
 * The first key of a new installation, which may do everything.
 *
 * @returns its text, to be printed once; undefined where there are keys already
 */
export async function bootstrapKey(
  store: KeyStore,
  tenant: string,
  nowMs: number,
): Promise<string | undefined> {
  if (!(await store.isEmpty())) return undefined
  const { text } = await createKey(store, { tenant, label: 'first', scopes: ['admin'] }, nowMs)
  return text
}
