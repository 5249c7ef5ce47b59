/** What a command's exit code says, for scripts. 64 and 75 are those of sysexits.h. */
export const EXIT_CODES = {
  done: { code: 0, words: 'done; of `diff` and `plan --detailed-exitcode`: nothing would change' },
  failed: {
    code: 1,
    words:
      'failed, or found something amiss; standard error, or the line of a refused job, says what',
  },
  changes: { code: 2, words: '`diff` and `plan --detailed-exitcode` found changes' },
  infeasible: {
    code: 3,
    words:
      'no plan keeps every promise; the answer says which to relax. `batch submit` and `batch plan`: a job cannot be promised',
  },
  stale: { code: 4, words: '`apply`: the plan is stale; the answer says what has changed since' },
  misused: { code: 64, words: 'the command line is wrong' },
  later: { code: 75, words: '`when`: later is better' },
} as const
