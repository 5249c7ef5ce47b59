/** The part of autocannon that the benches use; it ships no types. */
declare module 'autocannon' {
  namespace autocannon {
    interface Options {
      readonly url: string
      readonly method?: 'GET' | 'PUT' | 'POST'
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
      readonly connections?: number
      /** Seconds. */
      readonly duration?: number
      /** Threads that shoot; without any it shoots from ours. */
      readonly workers?: number
    }
    interface Result {
      readonly requests: { readonly average: number; readonly total: number }
      readonly latency: { readonly p99: number }
      readonly '2xx': number
      readonly '3xx': number
      readonly '4xx': number
      readonly errors: number
      /** Seconds. */
      readonly duration: number
      readonly statusCodeStats?: Readonly<Record<string, { readonly count?: number }>>
    }
  }
  function autocannon(options: autocannon.Options): Promise<autocannon.Result>
  export = autocannon
}
