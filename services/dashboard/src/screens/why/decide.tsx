import { useId, useState } from 'preact/hooks'
import { answered, api, type Schemas } from '../../api/client.ts'
import { useDoing } from '../../api/use-doing.ts'
import { Card } from '../../parts/card.tsx'
import { DoingWords } from '../../parts/doing-words.tsx'
import { strings } from '../../strings.ts'

type Verb = 'approve' | 'reject' | 'rollback'

interface DecideProps {
  readonly plan: Schemas['PlanPage']['items'][number]
  /** Whether it is the newest one: an older one can be put in force again. */
  readonly newest: boolean
}

const { decide } = strings

/** What a person may decide about a plan. */
export function Decide({ plan, newest }: DecideProps) {
  const id = useId()
  const [words, setWords] = useState('')
  const [doing, start] = useDoing()
  const { version, approval, decided } = plan
  const verbs: readonly Verb[] =
    approval === 'pending' ? ['approve', 'reject'] : newest ? [] : ['rollback']
  if (verbs.length === 0 && !decided) return null
  const send = (verb: Verb) => start(() => decideOn(version, verb, words))
  return (
    <Card
      title={decide.title}
      aside={decided && <span>{decide.decided(decided.decision, decided.by)}</span>}
    >
      {approval === 'pending' && <p>{decide.pending}</p>}
      {decided?.words && <p class="quiet">{decided.words}</p>}
      {verbs.length > 0 && (
        <div class="actions">
          <label for={id}>{decide.words}</label>
          <input
            id={id}
            class="text"
            maxLength={500}
            value={words}
            onInput={({ currentTarget }) => setWords(currentTarget.value)}
          />
          {verbs.map((verb) => (
            <button
              key={verb}
              type="button"
              class={verb === 'approve' ? 'button button-primary' : 'button'}
              disabled={doing.state === 'busy'}
              onClick={() => send(verb)}
            >
              {decide[verb]}
            </button>
          ))}
        </div>
      )}
      <DoingWords doing={doing} />
    </Card>
  )
}

async function decideOn(version: number, verb: Verb, words: string): Promise<string> {
  const options = { params: { path: { version } }, body: words === '' ? {} : { words } }
  const asked = {
    approve: () => api.POST('/v1/plans/{version}/approve', options),
    reject: () => api.POST('/v1/plans/{version}/reject', options),
    rollback: () => api.POST('/v1/plans/{version}/rollback', options),
  }
  await answered(asked[verb]())
  return strings.doing.done
}
