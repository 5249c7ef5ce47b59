import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')
const MIGRATIONS = 'services/platform/database/migrations'
/** What reads files beside itself, or is loaded by those alone who ask for it. */
const EXTERNAL = ['@electric-sql/pglite', 'pg-native', '@opentelemetry/*', 'bullmq-otel']
const REQUIRE = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`

/**
 * Makes one file of a program and all it imports: of a process that lives for a second, most would
 * otherwise go into finding and translating its modules.
 *
 * @param program a TypeScript file
 */
export async function bundleChild(program: string): Promise<{
  readonly path: string
  remove(): Promise<void>
}> {
  // Within the checkout, so that what is left out of the bundle is found from there.
  const cache = join(root, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'child-'))
  const path = join(folder, 'child.mjs')
  await build({
    entryPoints: [program],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: EXTERNAL,
    banner: { js: REQUIRE },
    logLevel: 'error',
  })
  await cp(join(root, MIGRATIONS), join(folder, 'migrations'), { recursive: true })
  return { path, remove: () => rm(folder, { recursive: true, force: true }) }
}
