import { UpstreamUnavailable } from '../../../services/domain/errors.ts'
import type { GridProvider } from '../../../services/grid/index.ts'

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** The same provider, but for a time in which it answers nobody. */
export function awayBetween(
  provider: GridProvider,
  { fromMs, toMs }: Span,
  nowMs: () => number,
): GridProvider {
  const { forecast, history, pastForecasts } = provider
  const unlessAway = <Asked extends unknown[], Answer>(
    ask: (...asked: Asked) => Promise<Answer>,
  ) => {
    return async (...asked: Asked): Promise<Answer> => {
      if (nowMs() < fromMs || nowMs() >= toMs) return ask.apply(provider, asked)
      throw new UpstreamUnavailable('no answer', { upstream: provider.name })
    }
  }
  return {
    ...provider,
    forecast: unlessAway(forecast),
    ...(history && { history: unlessAway(history) }),
    ...(pastForecasts && { pastForecasts: unlessAway(pastForecasts) }),
  }
}
