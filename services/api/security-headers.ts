import helmet, { type HelmetOptions } from 'helmet'

/**
 * The headers that helmet would set. They are the same for every answer, so it is asked once: on
 * each request it would cost more than anything else on the way to the current plan.
 */
export function securityHeaders(
  options: Readonly<HelmetOptions>,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value
    },
    removeHeader: () => undefined,
  }
  helmet(options)({} as never, response as never, (error?: unknown) => {
    if (error) throw error
  })
  return headers
}
