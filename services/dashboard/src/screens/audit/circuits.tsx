import type { Schemas } from '../../api/client.ts'
import { strings } from '../../strings.ts'

const { hooks } = strings

/** The subscribers to whom nothing arrives at present. */
export function Circuits({ webhooks }: { readonly webhooks: Schemas['WebhookList']['items'] }) {
  if (webhooks.length === 0) return <p class="quiet">{hooks.noHooks}</p>
  return (
    <ul class="matters">
      {webhooks.flatMap(({ id, circuit }) =>
        circuit ? (
          <li key={id}>
            <strong>{id}</strong>
            <span>
              {circuit.disabled
                ? `${hooks.disabled}: ${circuit.disabled}`
                : hooks.failing(circuit.failures)}
            </span>
          </li>
        ) : (
          []
        ),
      )}
    </ul>
  )
}
