import type { HttpClient } from '../platform/http.ts'

/** The same client, noting what time the services think it is. */
export function watchedHttp(http: HttpClient, nowMs: () => number) {
  const skews: number[] = []
  return {
    http: {
      async send(upstream, request) {
        const response = await http.send(upstream, request)
        const atMs = Date.parse(response.headers.date ?? '')
        if (!Number.isNaN(atMs)) skews.push((atMs - nowMs()) / 1000)
        return response
      },
    } satisfies HttpClient,
    /** Median of services minus our clock; positive where ours is behind. */
    skewSeconds: (): number | undefined => skews.sort((a, b) => a - b)[skews.length >> 1],
  }
}
