/** What a key may do: `read`, `plan`, `act` or `admin`; the API says what each one is for. */
export type KeyScope = 'read' | 'plan' | 'act' | 'admin'

/** A key as it is kept: its secret is not in here, only what proves it. */
export interface StoredKey {
  /** Public part, in front of the secret; how the key is found and named. */
  readonly prefix: string
  /** `scrypt$<salt>$<hash>`, both base64url. */
  readonly proof: string
  readonly tenant: string
  /** For people, e.g. `ci`. */
  readonly label: string
  readonly scopes: readonly KeyScope[]
  readonly createdAtMs: number
  readonly expiresAtMs?: number
  readonly revokedAtMs?: number
}

/** Keys at rest. A key is never changed but for the instants at which it ends. */
export interface KeyStore {
  /**
   * @param onceId names the request that makes it: what was made under this name before goes, since
   *   nobody has ever seen it
   * @throws Conflict where the prefix is taken
   */
  add(key: StoredKey, onceId?: string): Promise<void>
  /** Whether a key was made under this name. */
  wasMade(tenant: string, onceId: string): Promise<boolean>
  /** Whatever the prefix names, ended or not. */
  find(prefix: string): Promise<StoredKey | undefined>
  /** All keys of a tenant, newest first, those that have ended included. */
  list(tenant: string): Promise<readonly StoredKey[]>
  /** Ends a key at `atMs`, or earlier if it ends earlier. @throws NotFound */
  expire(tenant: string, prefix: string, atMs: number): Promise<StoredKey>
  /** Ends a key at once. @throws NotFound */
  revoke(tenant: string, prefix: string, atMs: number): Promise<StoredKey>
  /**
   * Drops keys that ended before an instant; the newest of each tenant stays, so that a tenant with
   * keys never looks like a new one. @returns how many
   */
  forget(beforeMs: number): Promise<number>
  /** Whether a tenant has no key at all, not even one that has ended. */
  isEmpty(tenant: string): Promise<boolean>
  /** Adds a key where its tenant has none. Atomic: of two at once, one does. @returns whether it did */
  addFirst(key: StoredKey): Promise<boolean>
  /** Tells `hear` of each prefix that is expired or revoked through this store, once it is. */
  whenEnded(hear: (prefix: string) => void): void
}
