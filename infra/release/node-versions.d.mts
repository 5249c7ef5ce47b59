interface InstalledPackage {
  readonly version: string
  readonly dev?: boolean
  readonly engines?: { readonly node?: string }
}
export function refusing(
  version: string,
  packages?: Readonly<Record<string, InstalledPackage>>,
): string[]
