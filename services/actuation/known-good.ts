/** Replica counts, by target id, under which every promise was last seen to be kept. */
export interface KnownGood {
  all(): Promise<Readonly<Record<string, number>>>
  /** Said at every look, also of counts that stay as they were: they are not forgotten then. */
  keep(counts: Readonly<Record<string, number>>, atMs: number): Promise<void>
  /**
   * Drops what has not been kept since an instant: targets that are gone.
   *
   * @returns how many
   */
  forget(beforeMs: number): Promise<number>
}
