import type { Doing } from '../api/use-doing.ts'
import { strings } from '../strings.ts'
import { Failed } from './failed.tsx'

/** How something that was asked for goes. */
export function DoingWords({ doing }: { readonly doing: Doing }) {
  if (doing.state === 'failed') return <Failed failure={doing.failure} />
  return (
    <p class="quiet" role="status">
      {doing.state === 'busy' && strings.doing.busy}
      {doing.state === 'done' && doing.words}
    </p>
  )
}
