import type { InitAnswers } from './answers.ts'

const LATENCY_MS = 20

/** A fleet file of these answers, with a word on every choice that was made for the reader. */
export function fleetText(answers: InitAnswers, schema: string): string {
  const { name, zones, gpu, gpus, model, tokensPerSecond } = answers
  return `# yaml-language-server: $schema=${schema}
#
# Check it with \`gridtide validate\`, plan it with \`gridtide plan\`. Every field: docs/fleet-file.md.
gridtide: 1
name: ${name}

# Where carbon intensity comes from, best source first. The climatology needs no key; name a live
# source above it once you have one. Secrets are named, never written down.
grid:
  sources:
    # - { source: electricity-maps, token: "\${env:ELECTRICITY_MAPS_TOKEN}" }
    - source: climatology

# Where traffic comes from. Any names; \`latencyMs\` below says how far each is from a region.
origins: [users]

regions:
${zones.map((zone) => regionText(zone, gpu, gpus)).join('\n')}

models:
  - id: chat
    # Known to the catalogue; measure your own with \`gridtide profile\` and name the runs here.
    catalogue: ${model}
    # Mean lengths of one request.
    workload: { inputTokens: 500, outputTokens: 300 }
    # What 95 of 100 requests are promised: first token, and each one after it.
    slo: { ttftP95Ms: 2000, tpotP95Ms: 50 }
    # Over all regions; \`spareReplicas\` may be lost while traffic is still served.
    minReplicas: 1
    spareReplicas: 1
    demand:
      # Output tokens/s. \`kind: hourly\` takes one value an hour, \`kind: trace\` a recorded file.
      - { origin: users, kind: constant, tokensPerSecond: ${tokensPerSecond} }

${backendsText(answers)}
# Nothing acts on a plan before somebody has approved it. Take this out once you trust it.
policy:
  approval: required
`
}

const regionText = (zone: string, gpu: string, gpus: number): string => `  - id: ${regionId(zone)}
    # Grid area, by Electricity Maps' zone keys.
    zone: ${zone}
    # Total power / IT power of the building.
    pue: 1.2
    # \`reserved\`: idle GPUs still draw power and count. \`releasable\`: freed nodes stop counting.
    ownership: reserved
    gpus: [{ type: ${gpu}, count: ${gpus} }]
    # What the network adds to the time to first token.
    latencyMs: { users: ${LATENCY_MS} }`

/** Ids of regions are lower case; two zones never share one. */
const regionId = (zone: string): string => zone.toLowerCase().replaceAll('_', '-')

function backendsText({ zones, contexts }: InitAnswers): string {
  if (contexts.length === 0) {
    return `# What is scaled. This one writes down what it would do, and does nothing.
backends:
  - { id: dry-run, kind: dry-run }
`
  }
  const entries = zones.map((zone, index) => {
    const id = regionId(zone)
    const context = contexts[index] ?? contexts.at(-1)!
    return `  - id: ${id}
    kind: kubernetes
    context: ${JSON.stringify(context)}
    targets: [{ region: ${id}, namespace: default, name: "{model}-{variant}" }]`
  })
  return `# What is scaled: Deployments named after model and variant. \`gridtide doctor\` looks whether we may.
backends:
${entries.join('\n')}
`
}
