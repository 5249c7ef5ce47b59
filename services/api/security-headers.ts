import helmet, { type HelmetOptions } from 'helmet'

/**
 * The headers that helmet would set. They are the same for every answer, so it is asked once: on
 * each request it would cost more than anything else on the way to the current plan.
 */
function headersOf(options: Readonly<HelmetOptions>): Readonly<Record<string, string>> {
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

/**
 * For pages. No `upgrade-insecure-requests`, and no HSTS: inside a cluster this speaks plain http,
 * and TLS ends in front of it.
 */
export const PAGE_HEADERS = headersOf({
  hsts: false,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      formAction: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
    },
  },
})

/**
 * For data: those that mean something on an answer that is no page (OWASP REST security). Each
 * header more is written by us and read by the caller a thousand times a second.
 */
export const DATA_HEADERS = headersOf({
  hsts: false,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
})
