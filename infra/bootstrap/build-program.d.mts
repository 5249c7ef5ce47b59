import type { Metafile } from 'esbuild'

/** See build-program.mjs. */
export function buildProgram(
  folder: string,
  more?: Readonly<Record<string, string>>,
): Promise<Metafile>
