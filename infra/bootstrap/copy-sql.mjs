// After `tsc`: migrations are read at run time from beside the code that runs them.
import { cpSync } from 'node:fs'
import { root } from './install.mjs'

const folder = 'services/platform/database/migrations'
cpSync(`${root}${folder}`, `${root}dist/${folder}`, { recursive: true })
