#!/usr/bin/env node
// From a checkout the TypeScript source runs as it is; from a package, what was built of it.
import { existsSync } from 'node:fs'

const source = new URL('../services/cli/main.ts', import.meta.url)
if (existsSync(source)) {
  const { register } = await import('tsx/esm/api')
  register()
  await import(source.href)
} else {
  await import(new URL('../dist/program/gridtide.js', import.meta.url).href)
}
