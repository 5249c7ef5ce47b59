/** Replica counts, by target id, under which every promise was last seen to be kept. */
export interface KnownGood {
  all(): Promise<Readonly<Record<string, number>>>
  keep(counts: Readonly<Record<string, number>>, atMs: number): Promise<void>
}
