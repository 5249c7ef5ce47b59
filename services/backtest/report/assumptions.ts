/** What a reader has to know before quoting a number; printed with every report. */
export const ASSUMPTIONS: readonly string[] = [
  'This is a simulation, not a measurement. Capacity, latency and power are fitted models; their error (5 to 15 % is common) is not in the intervals. Each run draws the true energy of every layout once from its fit’s posterior, hidden from all policies and the same for all.',
  'Capacity is what a replica sustains with its guarded p95 first token and p95 time per token inside the objective. Traffic above it waits for the next window and counts as late; what then finds no room again is lost. Bursts inside a window are not seen.',
  'A replica starts within seconds that its weights and engine need; old replicas serve until the new are ready and then drain for 30 s. Where a pool has no room for both, the old go first. The energy of starts and of the overlap counts for every policy.',
  'Power is affine in load between loaded idle and busy. The true curve is concave, so partial load is under-stated, for all policies alike.',
  'Releasable GPUs draw their parked power until the release delay is over and then stop counting: the saving may be another tenant’s use. Reserved GPUs draw parked power for ever.',
  'Intensity is the average, hourly and lifecycle, as recorded; policies see the forecast that the service’s own reader made of what was issued by then. Marginal results are shown apart where a marginal record exists, and never mixed.',
  'A recorded week stands for any week with its weekdays and hours; seeded noise (5 % wander over an hour, 2 % flicker) makes it differ from the week before. A digitised trace is smooth below ten minutes.',
  'Every predicting policy has the same expectation of traffic (the last windows, moved by last week’s trend or a rise just seen; head-room ends at 1.2 times the peak of the week before), the same gateway that spills over to where there is room, the same solver where its rule is an optimisation, and the same number of tuning trials. Rules that choose one layout are tuned over layouts, the others get all.',
  'Demand is held fixed: no rebound. Prefix caching and request lengths that differ within a model are left out. Network energy is not counted; latency is shown.',
  'Manufacturing carbon is shown beside operation and is no term of any decision: for owned hardware it is sunk.',
  'The clairvoyant plans window by window with the true future; the bound below it relaxes whole replicas, starts, floors and release delays. Both are floors of this model, not of the world.',
  'Deferrable jobs, where some were played, stay in the region they were dealt, find GPUs whenever they want them, draw rated power, and pay ten minutes of it for every start, under every rule. Jobs due after the end of the played time are left out. Only the row that says so chooses regions too, among those with the same GPUs and hosts, and takes no more GPUs at a time there than running at once would need; data that has to move is left out.',
  'A policy counts only where at most 0.01 % of requests found no capacity when they came, in the worst run, and all did in 99.9 % of windows of all runs, each model’s counted by itself.',
  'Rates of ten-minute recordings go in straight lines between their middles: real traffic jumps more abruptly.',
]
