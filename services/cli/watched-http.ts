import { signedSecondsFromMs } from '../domain/units.ts'
import type { HttpClient } from '../platform/http.ts'

/** The same client, noting what time the services think it is. */
export function watchedHttp(http: HttpClient, nowMs: () => number) {
  const skews: { readonly upstream: string; readonly seconds: number }[] = []
  return {
    http: {
      async send(upstream, request) {
        const response = await http.send(upstream, request)
        const atMs = Date.parse(response.headers.date ?? '')
        if (!Number.isNaN(atMs))
          skews.push({ upstream, seconds: signedSecondsFromMs(atMs - nowMs()) })
        return response
      },
    } satisfies HttpClient,
    /**
     * Median of a service's time minus our clock, of all services unless one is named; positive
     * where ours is behind, undefined where none told the time.
     */
    skewSeconds(of?: string): number | undefined {
      const told = skews.filter(({ upstream }) => of === undefined || upstream === of)
      return told.map(({ seconds }) => seconds).sort((a, b) => a - b)[told.length >> 1]
    },
  }
}
