import { Command } from 'commander'
import { InvalidInput } from '../../domain/errors.ts'
import { axiosHttp, type HttpClient, type HttpRequest } from '../../platform/http.ts'
import { ExitWith } from '../exit-with.ts'
import type { CliIo } from '../io.ts'
import { readText } from '../read-text.ts'

interface ServiceOptions {
  readonly url: string
}

interface PlanOptions {
  readonly fleet?: string
  readonly at?: string
}

const LINES = 'application/x-ndjson'
/** A hundred thousand jobs take a while to be answered. */
const PATIENCE_MS = 600_000
const REFUSALS = [400, 404, 409, 413, 415]

/** `gridtide batch`: hand in deferrable jobs, look after them, or plan them without a service. */
export function batchCommand(io: CliIo, http: HttpClient = axiosHttp()): Command {
  const command = new Command('batch').description(
    'deferrable jobs: submit, list, show, cancel, plan, release-due',
  )
  const remote = (name: string, what: string) =>
    command
      .command(name)
      .description(what)
      .option(
        '--url <url>',
        'the service; its key is read from GRIDTIDE_KEY',
        io.env.GRIDTIDE_URL ?? 'http://127.0.0.1:8080',
      )
      .option('--json', 'print JSON (the default)')

  remote('submit <file>', 'hand in jobs, one JSON object a line; prints one answer a line').action(
    async (file: string, { url }: ServiceOptions) => {
      const body = jobText(readText(file))
      const headers = { 'content-type': LINES }
      const answer = await call({ method: 'POST', url: `${url}/v1/batch/jobs`, body, headers })
      sumUp(typeof answer === 'string' ? answer : `${JSON.stringify(answer)}\n`, io)
    },
  )
  remote('list', 'the newest jobs')
    .option('--limit <count>', 'at most 100', '20')
    .action(async ({ url, limit }: ServiceOptions & { readonly limit: string }) => {
      const page = await call({ url: `${url}/v1/batch/jobs`, query: { limit } })
      for (const job of (page as { items: readonly unknown[] }).items)
        io.out(`${JSON.stringify(job)}\n`)
    })
  remote('show <id>', 'what is planned of one job, and what it was worth').action(
    async (id: string, { url }: ServiceOptions) =>
      io.out(`${JSON.stringify(await call({ url: jobUrl(url, id) }), null, 2)}\n`),
  )
  remote('cancel <id>', 'it will not run, or not go on').action(
    async (id: string, { url }: ServiceOptions) => {
      await call({ method: 'DELETE', url: jobUrl(url, id) })
    },
  )
  command
    .command('plan <file>')
    .description('place jobs, one JSON object a line, without a service; nothing is kept')
    .option('-f, --fleet <file>', 'fleet file (default: GRIDTIDE_FLEET)')
    .option('--at <instant>', 'as of this ISO 8601 instant')
    .option('--json', 'print JSON (the default)')
    .action((file: string, options: PlanOptions) => plan(file, options, io))
  command
    .command('release-due')
    .description('let go what schedulers hold past its latest safe start; needs no service')
    .option('-f, --fleet <file>', 'fleet file (default: GRIDTIDE_FLEET)')
    .option('--json', 'print JSON (the default)')
    .action(async (options: { readonly fleet?: string }) =>
      (await import('../release-due-jobs.ts')).releaseDueJobs(options, io),
    )

  /** @throws InvalidInput with what the service says is wrong */
  async function call(request: HttpRequest): Promise<unknown> {
    const key = io.env.GRIDTIDE_KEY
    const { status, body } = await http.send('gridtide', {
      ...request,
      headers: { ...request.headers, ...(key && { authorization: `Bearer ${key}` }) },
      timeoutMs: PATIENCE_MS,
      allowStatus: REFUSALS,
    })
    if (status < 300) return body
    throw new InvalidInput((body as { detail?: string }).detail ?? `the service answered ${status}`)
  }
  return command
}

async function plan(file: string, options: PlanOptions, io: CliIo): Promise<void> {
  const { planJobs } = await import('../plan-jobs.ts')
  let answers = ''
  for await (const line of planJobs(jobText(readText(file)), options, io)) answers += `${line}\n`
  sumUp(answers, io)
}

/** One job that is written over several lines is sent as one. */
function jobText(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

/**
 * Prints the answers, and how many were promised; the exit code is for scripts.
 *
 * @throws ExitWith where a job was refused or cannot be promised
 */
function sumUp(answers: string, io: CliIo): void {
  io.out(answers)
  const counts = { feasible: 0, known: 0, infeasible: 0, refused: 0 }
  for (const line of answers.split('\n')) {
    if (line) counts[(JSON.parse(line) as { status: keyof typeof counts }).status] += 1
  }
  const { feasible, known, infeasible, refused } = counts
  io.err(
    `${feasible} promised, ${known} known already, ${infeasible} not possible, ${refused} refused\n`,
  )
  if (refused > 0) throw new ExitWith('failed')
  if (infeasible > 0) throw new ExitWith('infeasible')
}

const jobUrl = (url: string, id: string): string => `${url}/v1/batch/jobs/${encodeURIComponent(id)}`
