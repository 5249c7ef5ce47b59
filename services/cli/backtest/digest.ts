import { createHash } from 'node:crypto'

/** What names a kept result after all that it depends on. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
