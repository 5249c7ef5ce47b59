/**
 * Which weeks the backtest is tuned on, which it reports, and by what rule. Written down before these
 * weeks were reported for the first time.
 *
 * Rule: for each load family every policy gets the same number of trials (`TRIALS`) by the same search
 * (`tune`), judged by its carbon summed over the tuning weeks among settings that leave at most 0.0025 %
 * of requests without capacity in each of them, a quarter of what is promised. The setting found is
 * then played once on the reported weeks. Nothing is changed after that: a policy that leaves more than
 * 0.01 % there does not count. The rule of thumb (`static`) is not tuned.
 *
 * Two other rules were tried and given up, and with them the weeks they were reported on. First, one
 * setting for both load families (one scenario, one day each of the weeks of 9 August, 4 October, 1
 * November and 13 December): the spikes of the production traffic sized the conversation fleet, for
 * every policy. Second, settings up to the promise itself (one scenario, one day each of the weeks of
 * 23 August, 20 September, 15 and 29 November): the cheapest setting is the one nearest to the limit,
 * and ours left 0.0139 % on weeks it had not seen. With the third rule went one change that is the same
 * for every policy: traffic is expected for one window more, since what the next plan starts is not
 * ready when that plan begins.
 *
 * Under this rule one scenario (`one-site`, two days each of the weeks of 2 August, 27 September, 8
 * November and 20 December) was reported once before two faults were mended, and so these weeks are
 * given up too: gaps of the production recording had been played as traffic that vanishes and comes back
 * a hundredfold within ten minutes, and the planner that all solved rules share exchanged replicas in
 * full pools, old ones first (seen on a tuning week). The weeks reported now were not looked at by then,
 * neither here nor in the study before (which saw 12 July, 13 September, 18 October and 6 December).
 */
export const TUNING_WEEKS = ['2021-08-23', '2021-11-15'] as const
export const REPORTED_WEEKS = ['2021-08-16', '2021-08-30', '2021-10-25', '2021-11-22'] as const

/**
 * Load families. The recorded production fortnight is split: counted from 1970, tuning weeks have one
 * of its weeks and reported weeks the other, so the traffic reported was not tuned on. Of the
 * conversation trace there is one week alone; there only the noise differs.
 */
export const LOADS = ['conversation', 'production'] as const
export type Load = (typeof LOADS)[number]

export const SCENARIOS = [
  'one-site',
  'two-regions',
  'releasable',
  'reserved',
  'eight-zones',
] as const
