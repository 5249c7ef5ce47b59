import type { Resource } from '../api/answers.ts'
import { Loaded } from './loaded.tsx'

/** Says why a part of a screen is not there, or is old; nothing while all is well. */
export function Trouble({ resource }: { readonly resource: Resource<unknown> }) {
  const isWell = resource.state === 'loading' || (resource.state === 'ready' && !resource.failure)
  return isWell ? null : <Loaded resource={resource}>{() => null}</Loaded>
}
