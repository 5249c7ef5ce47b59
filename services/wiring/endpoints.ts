import type { Fleet } from '../fleet/index.ts'
import type { Endpoint } from '../notification/index.ts'
import { allowedBy } from './guarded-http.ts'
import { readSecret } from './secrets.ts'

/**
 * The webhook endpoints of a fleet, with their secrets.
 *
 * @throws InvalidInput where a secret is not set
 */
export const webhookEndpoints = (
  fleet: Fleet,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Endpoint[]> =>
  Promise.all(
    fleet.webhooks.map(async ({ secret, previousSecret, allowPrivate, allow, ...endpoint }) => ({
      ...endpoint,
      secrets: await Promise.all(
        [secret, previousSecret]
          .filter((reference) => reference !== undefined)
          .map((reference) => readSecret(reference, env)),
      ),
      allow: allowedBy({ allowPrivate, allow }),
    })),
  )
