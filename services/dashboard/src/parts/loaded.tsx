import type { ComponentChildren } from 'preact'
import type { Resource } from '../api/answers.ts'
import { clockOf } from '../figures/instant.ts'
import { strings } from '../strings.ts'
import { Failed } from './failed.tsx'

interface LoadedProps<Body> {
  readonly resource: Resource<Body>
  /** Height of the place it will take, in CSS pixels, so that nothing jumps. */
  readonly heightPx?: number
  readonly children: (body: Body) => ComponentChildren
}

/** Shows something that was asked for, or why it is not there; says so where it is stale. */
export function Loaded<Body>({ resource, heightPx = 120, children }: LoadedProps<Body>) {
  if (resource.state === 'loading') {
    return (
      <div class="skeleton" role="status" style={{ minHeight: `${heightPx}px` }}>
        <span class="visually-hidden">{strings.states.loading}</span>
        <span class="skeleton-slow">{strings.states.slow}</span>
      </div>
    )
  }
  if (resource.state === 'failed') return <Failed failure={resource.failure} />
  const { body, atMs, failure } = resource
  return (
    <>
      {failure && (
        <p class="stale" role="status">
          {strings.states.stale(clockOf(atMs), failure.message)}
        </p>
      )}
      {children(body)}
    </>
  )
}
