import type { ComponentChildren } from 'preact'
import type { Quantity } from '../figures/quantity.ts'

interface FigureProps {
  readonly label: string
  readonly quantity: Quantity
  readonly hint?: ComponentChildren
}

/** A number with its name, its unit and where it comes from. */
export function Figure({ label, quantity, hint }: FigureProps) {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd>
        <span class="figure-value">{quantity.value}</span>{' '}
        <span class="figure-unit">{quantity.unit}</span>
        {hint && <div class="figure-hint">{hint}</div>}
      </dd>
    </div>
  )
}
