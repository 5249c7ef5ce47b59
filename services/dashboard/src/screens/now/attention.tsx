import type { Schemas } from '../../api/client.ts'
import { useReadiness, useTargets } from '../../api/resources.ts'
import { type Matter, mattersOf } from '../../figures/attention.ts'
import { Card } from '../../parts/card.tsx'
import { Failed } from '../../parts/failed.tsx'
import { RungBadge } from '../../parts/rung-badge.tsx'
import { strings } from '../../strings.ts'

interface AttentionProps {
  readonly regions: Schemas['RegionList']['items']
}

const { now } = strings
const TITLES = { check: now.check, target: now.target, grid: now.degraded } as const

/** What is not as it should be, each with its reason. */
export function Attention({ regions }: AttentionProps) {
  const readiness = useReadiness()
  const targets = useTargets()
  const failure = [readiness, targets].find((one) => one.state === 'failed')
  const matters = mattersOf(
    readiness.state === 'ready' ? readiness.body.checks : [],
    targets.state === 'ready' ? targets.body.items : [],
    regions,
  )
  const known = readiness.state === 'ready' && targets.state === 'ready'
  return (
    <Card title={now.attention}>
      {failure?.state === 'failed' && <Failed failure={failure.failure} />}
      {known && matters.length === 0 && <p class="quiet">{now.nothingWrong}</p>}
      <ul class="matters">
        {matters.map((matter) => (
          <li key={`${matter.kind} ${matter.subject}`}>
            <strong>{TITLES[matter.kind](matter.subject)}</strong> <Words matter={matter} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

const Words = ({ matter: { kind, words } }: { readonly matter: Matter }) =>
  kind === 'grid' ? <RungBadge quality={words} /> : <span>{words}</span>
