/** See audit.mjs. */
export function verdict(stdout: string): 0 | 1
export function shippedLock(): {
  readonly manifest: { readonly dependencies: Readonly<Record<string, string>> }
  readonly lock: { readonly packages: Readonly<Record<string, object>> }
}
