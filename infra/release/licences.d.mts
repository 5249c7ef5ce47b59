export interface ShippedPackage {
  readonly name: string
  readonly version: string
  readonly licence: string
  readonly path: string
}
export const ALLOWED: readonly string[]
export function shippedLicences(folder?: string, bundled?: readonly string[]): ShippedPackage[]
export function isAllowed(of: { readonly name: string; readonly licence: string }): boolean
