import type { FieldIssue } from '../../domain/errors.ts'
import type { MeaningCheck } from '../meaning-check.ts'

/** Names that must be unique are. */
export const checkIds: readonly MeaningCheck[] = [
  {
    reads: ['origins'],
    run: ({ origins }) => twice(origins, (index) => `/origins/${index}`),
  },
  ...(
    [
      'regions',
      'models',
      'backends',
      'routes',
      'powerCaps',
      'batchEndpoints',
      'jobSchedulers',
      'webhooks',
    ] as const
  ).map(
    (section): MeaningCheck => ({
      reads: [section],
      run: (fleet) =>
        twice(
          fleet[section].map(({ id }) => id),
          (index) => `/${section}/${index}/id`,
        ),
    }),
  ),
  {
    reads: ['regions'],
    run: ({ regions }) =>
      regions.flatMap(({ gpus }, region) => [
        ...twice(
          gpus.map(({ type }) => type),
          (index) => `/regions/${region}/gpus/${index}/type`,
        ),
      ]),
  },
  {
    reads: ['models'],
    run: ({ models }) =>
      models.flatMap(({ demand }, model) => [
        ...twice(
          demand.map(({ origin }) => origin),
          (index) => `/models/${model}/demand/${index}/origin`,
        ),
      ]),
  },
]

function* twice(
  names: readonly string[],
  pathOf: (index: number) => string,
): Generator<FieldIssue> {
  const firstSeen = new Map<string, number>()
  for (const [index, name] of names.entries()) {
    const first = firstSeen.get(name)
    if (first === undefined) firstSeen.set(name, index)
    else {
      const message = `${JSON.stringify(name)} is taken already, by ${pathOf(first)}`
      yield { path: pathOf(index), message }
    }
  }
}
