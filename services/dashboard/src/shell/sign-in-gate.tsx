import type { ComponentChildren } from 'preact'
import { currentKey } from '../api/key.ts'
import { useRegions } from '../api/resources.ts'
import { SignIn } from './sign-in.tsx'

/**
 * Lets through whoever the service knows. On a machine of one's own it asks for no key, so whether
 * one is needed is for the service to say.
 */
export function SignInGate({
  children,
}: {
  readonly children: ComponentChildren
}): ComponentChildren {
  const regions = useRegions()
  const turnedAway = regions.state === 'failed' && regions.failure.kind === 'signed-out'
  return turnedAway ? <SignIn refused={currentKey() !== undefined} /> : children
}
