import type { Schemas } from '../../api/client.ts'
import { inCount, inTokensPerSecond, spelled } from '../../figures/quantity.ts'
import { loadOf, type Schedule, sumOf, windowAt } from '../../figures/schedule.ts'
import { variantWords } from '../../figures/variant.ts'
import { Card } from '../../parts/card.tsx'
import { strings } from '../../strings.ts'

interface ModelCardProps {
  readonly model: Schemas['ModelList']['items'][number]
  readonly schedule: Schedule | undefined
}

/** The promise, the usual request and the present layout of one model. */
export function ModelCard({ model, schedule }: ModelCardProps) {
  const { id, catalogue, precision, slo, workload, origins, minReplicas, spareReplicas } = model
  const { models } = strings
  const running = schedule
    ? loadOf(schedule, windowAt(schedule, Date.now())).assignments.filter((one) => one.model === id)
    : []
  const traffic = sumOf(running, ({ tokensPerSecond }) => tokensPerSecond)
  return (
    <Card
      title={id}
      aside={<span class="quiet">{[catalogue, precision].filter(Boolean).join(', ')}</span>}
    >
      <dl class="facts">
        <div>
          <dt>{models.slo}</dt>
          <dd>
            {models.promise(inCount(slo.ttftP95Ms), inCount(slo.tpotP95Ms))}
            <span class="quiet"> {models.p95}</span>
          </dd>
        </div>
        {workload && (
          <div>
            <dt>{models.workload}</dt>
            <dd>{models.lengths(inCount(workload.inputTokens), inCount(workload.outputTokens))}</dd>
          </div>
        )}
        <div>
          <dt>{models.origins}</dt>
          <dd>{origins.join(', ')}</dd>
        </div>
        <div>
          <dt>{models.replicas}</dt>
          <dd>{models.leastAndSpare(minReplicas, spareReplicas)}</dd>
        </div>
        <div>
          <dt>{models.now}</dt>
          <dd>
            {schedule && running.length === 0 && models.nowhere}
            {!schedule && models.notKnown}
            <ul class="plain">
              {running.map(({ region, pointId, replicas }) => (
                <li key={`${region} ${pointId}`}>
                  {models.times(replicas, variantWords(pointId))}{' '}
                  <span class="quiet">{region}</span>
                </li>
              ))}
            </ul>
            {traffic > 0 && <span class="quiet">{spelled(inTokensPerSecond(traffic))}</span>}
          </dd>
        </div>
      </dl>
    </Card>
  )
}
