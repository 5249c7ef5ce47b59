/** See build-program.mjs. */
export function buildProgram(folder: string): Promise<void>
