/** What a thread runs: `task` of the named file in `tasks`. */
export const taskModule = (name: string): URL => new URL(`./tasks/${name}.ts`, import.meta.url)
