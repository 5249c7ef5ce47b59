// Renders the chart without Helm, by Go's own template engine (compiled to WebAssembly). The chart
// keeps to functions that engine has by itself; Helm adds many more.
import { readdirSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parse as renderGo } from '@evertdespiegeleer/go-template'
import { parse, parseAllDocuments, stringify } from 'yaml'

const chart = new URL('./gridtide/', import.meta.url)
const read = (name) => readFileSync(new URL(name, chart), 'utf8')

/** The chart's own values, with `given` laid over them as Helm does. */
export function values(given = {}) {
  return merged(parse(read('values.yaml')), given)
}

function merged(base, over) {
  const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isMap(base) || !isMap(over)) return over
  const names = new Set([...Object.keys(base), ...Object.keys(over)])
  return Object.fromEntries(
    [...names].map((name) => [name, name in over ? merged(base[name], over[name]) : base[name]]),
  )
}

/**
 * @param given values laid over the chart's own
 * @returns file name -> rendered text, empty templates left out
 */
export async function renderChart(given = {}, service = 'Helm') {
  const context = {
    Values: values(given),
    Release: { Name: 'gridtide', Namespace: 'default', Service: service },
  }
  const names = readdirSync(new URL('templates/', chart)).sort()
  const parts = names
    .filter((name) => name.endsWith('.tpl'))
    .map((name) => read(`templates/${name}`))
  const texts = {}
  for (const name of names.filter((name) => !name.endsWith('.tpl'))) {
    const text = await renderGo(parts.join('') + read(`templates/${name}`), context)
    if (text.trim() !== '') texts[name] = `${text.trim()}\n`
  }
  return texts
}

/** The objects of a rendered chart; a file that is no YAML throws. */
export function objectsOf(texts) {
  return Object.entries(texts)
    .filter(([name]) => name.endsWith('.yaml'))
    .flatMap(([, text]) => parseAllDocuments(text))
    .map((document) => {
      if (document.errors.length > 0) throw document.errors[0]
      return document.toJS()
    })
}

/** The base for kustomize: the chart with its own values. */
export async function kustomizeBase() {
  const objects = objectsOf(await renderChart({ existingConfigMap: 'gridtide-fleet' }, 'kustomize'))
  const first =
    '# Written by `npm run manifests` from the chart: change that, or patch this in an overlay.\n'
  return first + objects.map((object) => stringify(object)).join('---\n')
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(await kustomizeBase())
  process.exit(0) // the engine holds its process open
}
