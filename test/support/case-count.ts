/**
 * How many cases a property tries: few in every run, `GRIDTIDE_CASES` where somebody has the time,
 * e.g. `GRIDTIDE_CASES=1000000 npx vitest run test/actuation/envelope-properties.test.ts`.
 */
export const caseCount = (usual: number): number => Number(process.env.GRIDTIDE_CASES ?? usual)

/** As much longer as there are more cases. */
export const patienceMs = (usualMs: number, usual: number): number =>
  usualMs * Math.max(1, caseCount(usual) / usual)
