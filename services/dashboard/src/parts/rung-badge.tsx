import { RUNGS, rungDepth } from '../figures/rung.ts'
import { strings } from '../strings.ts'

/** How far a number can be trusted: in words, and as steps of a ladder still below it. */
export function RungBadge({ quality }: { readonly quality: string }) {
  const depth = rungDepth(quality)
  const steps = Math.round((1 - depth) * (RUNGS.length - 1))
  return (
    <span class="rung" data-depth={depth < 0.2 ? 'good' : depth < 0.6 ? 'fair' : 'poor'}>
      <span class="rung-steps" aria-hidden="true">
        {[1, 3, 5].map((step) => (
          <i key={step} class={steps >= step ? 'on' : ''} />
        ))}
      </span>
      {strings.rungs[quality] ?? quality}
    </span>
  )
}
