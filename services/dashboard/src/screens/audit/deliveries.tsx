import type { Schemas } from '../../api/client.ts'
import { answered, api } from '../../api/client.ts'
import { useDeliveries, useWebhooks } from '../../api/resources.ts'
import { useDoing } from '../../api/use-doing.ts'
import { Card } from '../../parts/card.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { DoingWords } from '../../parts/doing-words.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'
import { Circuits } from './circuits.tsx'

type Delivery = Schemas['DeliveryPage']['items'][number]

const { hooks } = strings

/** What was sent to whom, how that went, and once more where it is wanted. */
export function Deliveries() {
  const webhooks = useWebhooks()
  const deliveries = useDeliveries()
  const [doing, start] = useDoing()
  const again = ({ endpoint, eventId }: Delivery) =>
    start(async () => {
      const options = { params: { path: { id: endpoint } }, body: { eventIds: [eventId] } }
      await answered(api.POST('/v1/webhooks/{id}/replay', options))
      return strings.doing.done
    })
  return (
    <Card title={hooks.title}>
      <Loaded resource={webhooks} heightPx={40}>
        {({ items }) => <Circuits webhooks={items} />}
      </Loaded>
      <Loaded resource={deliveries} heightPx={160}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">{hooks.none}</p>
          ) : (
            <DataTable caption={hooks.title} columns={columnsOf(again)} rows={items} />
          )
        }
      </Loaded>
      <DoingWords doing={doing} />
    </Card>
  )
}

const columnsOf = (again: (delivery: Delivery) => void): readonly Column<Delivery>[] => [
  {
    title: hooks.due,
    cell: ({ finishedAtMs, dueAtMs }) => <Time atMs={finishedAtMs ?? dueAtMs} shape="weekday" />,
  },
  { title: hooks.endpoint, cell: ({ endpoint }) => endpoint },
  {
    title: hooks.event,
    cell: ({ eventType, eventId }) => <span title={eventId}>{eventType}</span>,
  },
  { title: hooks.attempts, number: true, cell: ({ attempts }) => attempts.length },
  {
    title: hooks.status,
    cell: ({ status, attempts }) => (
      <span class={status === 'dead' ? 'outcome outcome-failed' : 'outcome'}>
        {status} <span class="quiet">{attempts.at(-1)?.error}</span>
      </span>
    ),
  },
  {
    title: hooks.replay,
    cell: (delivery) => (
      <button type="button" class="button" onClick={() => again(delivery)}>
        {hooks.replay}
      </button>
    ),
  },
]
