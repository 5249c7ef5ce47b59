/** Leave to act on a scope, for a while. Its fence goes with every write made under it. */
export interface Lease {
  readonly scope: string
  readonly holder: string
  readonly fence: number
  readonly expiresAtMs: number
}

/**
 * One holder per scope at a time. The fence grows with every change of hands and never goes back,
 * so a holder that was paused past its time is refused by the targets even if it does not know.
 */
export interface Leases {
  /** Takes, or renews. @returns undefined while another holds it */
  acquire(scope: string, holder: string, durationMs: number): Promise<Lease | undefined>
  /** Gives it back early, if it is still ours. */
  release(lease: Lease): Promise<void>
}
