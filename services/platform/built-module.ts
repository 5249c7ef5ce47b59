/** Whether this runs as it was written, from a checkout. */
export const FROM_SOURCE = import.meta.url.endsWith('.ts')

/**
 * Where a module of ours is that is loaded by another thread or process.
 *
 * @param module `new URL('./name.ts', import.meta.url)`; what was built of it lies in the same place
 */
export const builtModule = (module: URL): string =>
  FROM_SOURCE ? module.href : module.href.replace(/\.ts$/, '.js')
