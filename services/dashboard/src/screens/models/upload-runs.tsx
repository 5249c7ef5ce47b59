import type { TargetedSubmitEvent } from 'preact'
import { useId, useState } from 'preact/hooks'
import { answered, api } from '../../api/client.ts'
import { useDoing } from '../../api/use-doing.ts'
import { DoingWords } from '../../parts/doing-words.tsx'
import { strings } from '../../strings.ts'

const { runs } = strings

/** A CSV file of measured runs for one model; the model is then fitted anew. */
export function UploadRuns({ models }: { readonly models: readonly string[] }) {
  const id = useId()
  const [model, setModel] = useState(models[0] ?? '')
  const [file, setFile] = useState<File>()
  const [doing, start] = useDoing()
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!file) return
    start(async () => {
      const body = { model, format: 'csv', text: await file.text() } as const
      const kept = await answered(api.POST('/v1/runs', { body }))
      return runs.kept(kept.runs, kept.leftOut.length)
    })
  }
  return (
    <form class="actions upload" aria-label={runs.upload} onSubmit={submit}>
      <label for={`${id}-model`}>{runs.model}</label>
      <select
        id={`${id}-model`}
        value={model}
        onChange={({ currentTarget }) => setModel(currentTarget.value)}
      >
        {models.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <label for={`${id}-file`}>{runs.file}</label>
      <input
        id={`${id}-file`}
        type="file"
        accept=".csv,text/csv"
        required
        onChange={({ currentTarget }) => setFile(currentTarget.files?.[0])}
      />
      <button type="submit" class="button" disabled={doing.state === 'busy'}>
        {runs.send}
      </button>
      <DoingWords doing={doing} />
    </form>
  )
}
