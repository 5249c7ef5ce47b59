/** Which targets hold something of ours, so that none is forgotten when plans move on. */
export interface ToldTargets {
  /** By target id: when it was last told anything. Released targets are not in it. */
  all(): Promise<ReadonlyMap<string, number>>
}
