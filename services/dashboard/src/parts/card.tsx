import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface CardProps {
  readonly title: string
  /** Beside the title, e.g. a unit or a source. */
  readonly aside?: ComponentChildren
  readonly children: ComponentChildren
  readonly className?: string
}

/** One question and its answer. */
export function Card({ title, aside, children, className = '' }: CardProps) {
  const id = useId()
  return (
    <section class={`card ${className}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {aside && <div class="card-aside">{aside}</div>}
      </header>
      {children}
    </section>
  )
}
