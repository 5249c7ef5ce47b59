import type { Metafile } from 'esbuild'

/** See build-program.mjs. */
export function buildProgram(folder: string): Promise<Metafile>
