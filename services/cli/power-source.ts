import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { InvalidInput, UpstreamUnavailable } from '../domain/errors.ts'
import {
  type PowerSample,
  readDcgmExporter,
  readPrometheusPower,
  readZeusd,
  unreachable,
} from '../runs/index.ts'

type ReadPower = () => Promise<readonly PowerSample[]>

export const POWER_SOURCES =
  'nvidia-smi, dcgm:<exporter url>, prometheus:<url>, zeusd:<url>, or none'

const PROMETHEUS_QUERY = 'DCGM_FI_DEV_POWER_USAGE'

/** Clock of the profiles: wall time that never jumps. */
export const steadyNowMs = (): number => performance.timeOrigin + performance.now()

/**
 * How the present power of the GPUs is read.
 *
 * @param source as in `POWER_SOURCES`; the query of `prometheus:` may follow the URL after a blank
 * @param gpus indices to count with nvidia-smi and zeusd, e.g. `0,1`; all by default
 * @throws InvalidInput for any other source
 */
export function powerSource(source: string, gpus?: string): ReadPower | undefined {
  if (source === 'none') return undefined
  if (source === 'nvidia-smi') return () => fromNvidiaSmi(gpus)
  const [, kind, address = ''] = /^(dcgm|prometheus|zeusd):(.+)$/.exec(source) ?? []
  const [base, ...words] = address.split(' ')
  if (kind === 'dcgm') return async () => readDcgmExporter(await textOf(base!), steadyNowMs())
  if (kind === 'zeusd') {
    const url = `${base!.replace(/\/$/, '')}/gpu/get_power${gpus ? `?gpu_ids=${gpus}` : ''}`
    return async () => readZeusd(await textOf(url), steadyNowMs())
  }
  if (kind === 'prometheus') {
    const query = encodeURIComponent(words.join(' ') || PROMETHEUS_QUERY)
    const url = `${base!.replace(/\/$/, '')}/api/v1/query?query=${query}`
    return async () => readPrometheusPower(await textOf(url), steadyNowMs())
  }
  throw new InvalidInput(`--power ${source}: no power source; expected ${POWER_SOURCES}`)
}

async function textOf(url: string): Promise<string> {
  try {
    return await (await fetch(url)).text()
  } catch (error) {
    throw unreachable('power source', url, error)
  }
}

async function fromNvidiaSmi(gpus: string | undefined): Promise<readonly PowerSample[]> {
  const query = ['--query-gpu=index,power.draw', '--format=csv,noheader,nounits']
  const all = gpus ? ['-i', gpus, ...query] : query
  const { stdout } = await promisify(execFile)('nvidia-smi', all).catch((cause) => {
    const message = `${(cause as Error).message.split('\n')[0]}; --power names other sources`
    throw new UpstreamUnavailable(message, { upstream: 'nvidia-smi', cause })
  })
  const atMs = steadyNowMs()
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [gpu, watts] = line.split(',')
      return { atMs, gpu: gpu!, watts: Number(watts) }
    })
}
