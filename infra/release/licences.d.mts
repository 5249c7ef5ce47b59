export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly licence: string
}
export const ALLOWED: readonly string[]
export function installedLicences(folder?: string): InstalledPackage[]
export function isAllowed(of: { readonly name: string; readonly licence: string }): boolean
