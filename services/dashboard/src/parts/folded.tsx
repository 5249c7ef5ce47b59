import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'

interface FoldedProps {
  readonly title: string
  readonly children: ComponentChildren
}

/** Something for whoever asks for it; not even made before that. */
export function Folded({ title, children }: FoldedProps) {
  const [open, setOpen] = useState(false)
  return (
    <details class="folded" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{title}</summary>
      {open && children}
    </details>
  )
}
