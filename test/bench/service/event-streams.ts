import { Agent, get } from 'node:http'

/**
 * Opens event streams, has something happen, and waits until the last has heard of it.
 *
 * @param happen makes one event of the type `plan.changed`
 * @returns from the happening to 99 in 100, and to the last, that heard
 */
export async function feedStreams(
  url: string,
  headers: Readonly<Record<string, string>>,
  clients: number,
  happen: () => Promise<void>,
): Promise<{ readonly heard: number; readonly p99Ms: number; readonly allMs: number }> {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
  const heardAtMs: number[] = []
  let allHeard = () => {}
  const everybody = new Promise<void>((resolve) => {
    allHeard = resolve
  })
  const open = () =>
    new Promise<void>((resolve, reject) => {
      const request = get(`${url}/v1/events`, { agent, headers }, (answer) => {
        answer.on('error', () => undefined)
        answer.on('data', (chunk: Buffer) => {
          if (chunk.includes('plan.changed') && heardAtMs.push(performance.now()) === clients) {
            allHeard()
          }
          if (chunk.includes('retry:')) resolve()
        })
      })
      request.on('error', reject)
    })
  for (let opened = 0; opened < clients; opened += 100) {
    await Promise.all(Array.from({ length: Math.min(100, clients - opened) }, open))
  }
  const startMs = performance.now()
  await happen()
  await everybody
  const after = (share: number) =>
    Math.round(heardAtMs[Math.ceil(share * heardAtMs.length) - 1]! - startMs)
  agent.destroy()
  return { heard: heardAtMs.length, p99Ms: after(0.99), allMs: after(1) }
}
