import * as prompts from '@clack/prompts'
import { knownNames } from '../../wiring/models.ts'
import { ExitWith } from '../exit-with.ts'
import type { CliIo } from '../io.ts'
import type { InitAnswers } from './answers.ts'
import { positive, zonesOf } from './check.ts'

type Terminal = NonNullable<CliIo['terminal']>

/** Asks what a fleet file must say; what is found on this machine is offered as the answer. */
export async function askFor(
  defaults: InitAnswers,
  contexts: readonly string[],
  terminal: Terminal,
): Promise<InitAnswers> {
  const ask = async <Value>(question: Promise<Value>): Promise<Exclude<Value, symbol>> => {
    const answer = await question
    if (prompts.isCancel(answer)) {
      prompts.cancel('Nothing was written.', terminal)
      throw new ExitWith('failed')
    }
    return answer as Exclude<Value, symbol>
  }
  const text = (message: string, initialValue: string, check: (given: string) => unknown) =>
    ask(
      prompts.text({
        message,
        initialValue,
        validate: (given) => problemOf(() => check(given ?? '')),
        ...terminal,
      }),
    )
  const choose = (message: string, options: readonly string[], initialValue: string) =>
    ask(
      prompts.autocomplete({
        message,
        options: options.map((value) => ({ value })),
        initialValue,
        maxItems: 8,
        ...terminal,
      }),
    )

  const { gpus: gpuNames = [], models = [] } = knownNames()
  prompts.intro('A fleet file in six answers', terminal)
  const zones = zonesOf(
    await text('Grid zones where you have GPUs', defaults.zones.join(','), zonesOf),
  )
  const gpu = await choose('Which GPUs', gpuNames, defaults.gpu)
  const gpus = positive(
    await text('How many in each zone', String(defaults.gpus), (given) => positive(given, 'GPUs')),
    'GPUs',
  )
  const model = await choose('Which model is served', models, defaults.model)
  const tokensPerSecond = positive(
    await text(
      'Output tokens/s at your peak, all users together',
      String(defaults.tokensPerSecond),
      (given) => positive(given, 'tokens/s'),
    ),
    'tokens/s',
  )
  const chosen: string[] = []
  if (contexts.length > 0) {
    const steer = await ask(
      prompts.confirm({
        message: `A kubeconfig is here (${contexts.join(', ')}). Steer its Deployments`,
        initialValue: true,
        ...terminal,
      }),
    )
    for (const zone of steer ? zones : []) {
      chosen.push(await choose(`Which context is ${zone}`, contexts, contexts[0]!))
    }
  }
  return { ...defaults, zones, gpu, gpus, model, tokensPerSecond, contexts: chosen }
}

function problemOf(check: () => unknown): string | undefined {
  try {
    check()
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}
