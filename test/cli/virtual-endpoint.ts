import { vi } from 'vitest'

/**
 * Runs `work` against an endpoint whose law is exact, on a clock of its own: it goes from one timer to
 * the next, whatever else the machine does. Every stream gets a token each `stepMs`; a DCGM exporter
 * beside it tells of `watts`.
 */
export async function inVirtualTime<Result>(
  law: { readonly stepMs: number; readonly watts: number },
  work: () => Promise<Result>,
): Promise<Result> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    if (url.endsWith('/metrics')) {
      return new Response(`DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a"} ${law.watts}\n`)
    }
    const { max_tokens: tokens } = JSON.parse(String(init?.body)) as { max_tokens: number }
    return new Response(streamOf(tokens, law.stepMs, init?.signal ?? undefined))
  })
  try {
    let isOver = false
    const done = work().finally(() => {
      isOver = true
    })
    done.catch(() => undefined) // whoever awaits it below is told
    while (!isOver) await vi.advanceTimersToNextTimerAsync()
    return await done
  } finally {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  }
}

function streamOf(tokens: number, stepMs: number, abort: AbortSignal | undefined) {
  const token = new TextEncoder().encode('data: {"choices":[{"text":"x"}]}\n\n')
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let left = tokens
      const next = () => {
        controller.enqueue(token)
        left--
        if (left > 0) timer = setTimeout(next, stepMs)
        else end()
      }
      const end = () => {
        abort?.removeEventListener('abort', breakOff)
        controller.close()
      }
      const breakOff = () => {
        clearTimeout(timer)
        controller.error(abort?.reason)
      }
      let timer = setTimeout(next, stepMs)
      abort?.addEventListener('abort', breakOff)
    },
  })
}
