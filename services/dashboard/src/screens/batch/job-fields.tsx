import type { Schemas } from '../../api/client.ts'
import { instantField, instantOfField } from '../../figures/instant.ts'
import type { JobDraft } from '../../figures/job-draft.ts'
import { ChoiceField } from '../../parts/choice-field.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { strings } from '../../strings.ts'

interface JobFieldsProps {
  readonly draft: JobDraft
  readonly models: readonly string[]
  readonly regions: Schemas['RegionList']['items']
  readonly onChange: (draft: JobDraft) => void
}

const { fields } = strings.batch

/** What a job is: how much work, on what, by when, where. */
export function JobFields({ draft, models, regions, onChange }: JobFieldsProps) {
  const change = (part: Partial<JobDraft>) => onChange({ ...draft, ...part })
  return (
    <div class="fields">
      <TextField
        label={fields.id}
        hint={fields.idHint}
        maxLength={63}
        pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
        value={draft.id}
        onChange={(id) => change({ id })}
      />
      <WorkFields {...{ draft, models, regions, onChange }} />
      <TextField
        label={fields.deadline}
        type="datetime-local"
        required
        value={instantField(draft.deadlineMs)}
        onChange={(text) => change({ deadlineMs: instantOfField(text) ?? draft.deadlineMs })}
      />
      <ChoiceField
        label={fields.region}
        value={draft.regions[0] ?? ''}
        options={regions.map(({ id }) => id)}
        any={fields.any}
        onChange={(region) => change({ regions: region ? [region] : [] })}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={draft.interruptible}
          onChange={({ currentTarget }) => change({ interruptible: currentTarget.checked })}
        />
        {fields.interruptible}
      </label>
    </div>
  )
}

/** GPU-hours on any GPUs, or tokens of a model. */
function WorkFields({ draft, models, regions, onChange }: JobFieldsProps) {
  const change = (part: Partial<JobDraft>) => onChange({ ...draft, ...part })
  const types = [...new Set(regions.flatMap(({ gpus }) => gpus.map(({ type }) => type)))]
  return (
    <>
      <ChoiceField
        label={fields.unit}
        value={draft.unit}
        options={[
          ['gpuHours', fields.gpuHours],
          ['tokens', fields.tokens],
        ]}
        onChange={(unit) =>
          change({ unit: unit as JobDraft['unit'], model: draft.model || (models[0] ?? '') })
        }
      />
      <TextField
        label={fields[draft.unit]}
        type="number"
        required
        value={draft.amount}
        onChange={(amount) => change({ amount: Number(amount) })}
      />
      {draft.unit === 'tokens' ? (
        <ChoiceField
          label={fields.model}
          value={draft.model}
          options={models}
          onChange={(model) => change({ model })}
        />
      ) : (
        <>
          <TextField
            label={fields.gpus}
            hint={fields.gpusHint}
            required
            pattern="[0-9, ]+"
            value={draft.gpus}
            onChange={(gpus) => change({ gpus })}
          />
          <ChoiceField
            label={fields.gpu}
            value={draft.gpu}
            options={types}
            any={fields.any}
            onChange={(gpu) => change({ gpu })}
          />
        </>
      )}
    </>
  )
}
