import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import { DEFAULTS, type InitAnswers } from '../init/answers.ts'
import type { CliIo } from '../io.ts'

interface InitOptions {
  readonly out: string
  readonly name: string
  readonly zones?: string
  readonly gpu?: string
  readonly gpus?: string
  readonly model?: string
  readonly tokensPerSecond?: string
  readonly contexts?: string
  readonly yes?: true
  readonly force?: true
  readonly json?: true
}

/** `gridtide init`: a commented fleet file, by asking or by flags. */
export function initCommand(io: CliIo): Command {
  return new Command('init')
    .description('write a commented fleet file, by asking or, with --yes, by flags alone')
    .option('-o, --out <file>', 'file to write', 'fleet.yaml')
    .option('--name <id>', 'of the fleet', DEFAULTS.name)
    .option('--zones <list>', "grid zones, comma-separated; Electricity Maps' keys")
    .option('--gpu <name>', 'GPU type of the catalogue')
    .option('--gpus <count>', 'how many in each zone')
    .option('--model <id>', 'Hugging Face id of the catalogue')
    .option('--tokens-per-second <rate>', 'output tokens/s at the peak')
    .option('--contexts <list>', 'contexts of the kubeconfig to steer, one a zone')
    .option('-y, --yes', 'ask nothing: flags, or what a question would offer')
    .option('--force', 'write over a file that is there')
    .option('--json', 'print data instead of words')
    .action(async (options: InitOptions) => {
      const { out } = options
      if (existsSync(out) && !options.force) {
        throw new InvalidInput(`${out} is there already: name another with --out, or --force`)
      }
      const given = await fromFlags(options)
      const answers = options.yes ? given : await asked(given)
      const { fleetText } = await import('../init/fleet-text.ts')
      const text = fleetText(answers, SCHEMA_URL)
      const { parseFleet } = await import('../../fleet/index.ts')
      const { knownNames } = await import('../../wiring/models.ts')
      parseFleet(text, { fileName: out, known: knownNames() })
      const { writeWhole } = await import('../saved/plan-file.ts')
      await writeWhole(out, text)
      io.out(
        options.json
          ? `${JSON.stringify({ file: out, ...answers })}\n`
          : `wrote ${out}; next: gridtide plan --fleet ${out}\n`,
      )
    })

  async function asked(given: InitAnswers): Promise<InitAnswers> {
    if (!io.terminal) throw new InvalidInput('nobody can be asked here: say --yes, and flags')
    const { kubeContexts } = await import('../../wiring/kube-contexts.ts')
    const { askFor } = await import('../init/ask.ts')
    return askFor(given, kubeContexts(), io.terminal)
  }
}

const SCHEMA_URL =
  'https://raw.githubusercontent.com/gridtide/gridtide/main/services/fleet/fleet.schema.json'

async function fromFlags(options: InitOptions): Promise<InitAnswers> {
  const { positive, zonesOf } = await import('../init/check.ts')
  const { gpus, tokensPerSecond, contexts } = options
  return {
    name: options.name,
    zones: options.zones === undefined ? DEFAULTS.zones : zonesOf(options.zones),
    gpu: options.gpu ?? DEFAULTS.gpu,
    gpus: gpus === undefined ? DEFAULTS.gpus : positive(gpus, '--gpus'),
    model: options.model ?? DEFAULTS.model,
    tokensPerSecond:
      tokensPerSecond === undefined
        ? DEFAULTS.tokensPerSecond
        : positive(tokensPerSecond, '--tokens-per-second'),
    contexts: contexts?.split(',').map((context) => context.trim()) ?? [],
  }
}
