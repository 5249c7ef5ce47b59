import { readFile } from 'node:fs/promises'
import { InvalidInput } from '../domain/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Looks up what a `${env:NAME}` or `${file:/path}` of the fleet file stands for.
 *
 * @throws InvalidInput naming the reference, never a value
 */
export async function readSecret(reference: string, env: Environment): Promise<string> {
  const [, kind, name = ''] = /^\$\{(env|file):(.+)\}$/.exec(reference) ?? []
  const found = kind === 'env' ? env[name] : await readFile(name, 'utf8').catch(() => undefined)
  const secret = found?.trim()
  if (!secret) {
    const what = kind === 'env' ? `the environment variable ${name}` : `the file ${name}`
    throw new InvalidInput(`${what} is not set, and the fleet file refers to it`)
  }
  return secret
}
