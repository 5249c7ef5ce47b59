import { makeKey } from './create-key.ts'
import type { KeyStore } from './port.ts'

/**
 * The first key of a tenant, which may do everything. Of several processes that start at once, one
 * makes it.
 *
 * @returns its text, to be printed once; undefined where there are keys already
 */
export async function bootstrapKey(
  store: Pick<KeyStore, 'isEmpty' | 'addFirst'>,
  tenant: string,
  nowMs: number,
): Promise<string | undefined> {
  if (!(await store.isEmpty(tenant))) return undefined
  const { text, key } = await makeKey({ tenant, label: 'first', scopes: ['admin'] }, nowMs)
  return (await store.addFirst(key)) ? text : undefined
}
