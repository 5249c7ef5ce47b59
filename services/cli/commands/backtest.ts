import { Command } from 'commander'
import type { BacktestOptions } from '../backtest/backtest-fleet.ts'
import type { CliIo } from '../io.ts'

/** `gridtide backtest`: what this fleet would have emitted, with us and with others. */
export function backtestCommand(io: CliIo): Command {
  return new Command('backtest')
    .description('replay recorded traffic and carbon against Gridtide and its peers')
    .option('-f, --fleet <file>', 'fleet file; GRIDTIDE_FLEET otherwise')
    .requiredOption('--from <instant>', 'first hour, ISO 8601, e.g. 2021-09-13')
    .requiredOption('--to <instant>', 'end, ISO 8601')
    .option('--tune-from <instant>', 'tune every policy alike on the time from here')
    .option('--tune-to <instant>', 'end of the tuning time')
    .option('--policies <ids>', 'comma-separated; all by default')
    .option('--sensitivity', 'also change one assumption at a time')
    .option('--marginal <file>', 'recorded marginal intensity (CSV), shown beside the average')
    .option('--jobs <file>', 'recorded deferrable jobs (CSV), played under rules of their own')
    .option('-o, --out <folder>', 'write report.html, backtest.json and CSVs; goes on where it was')
    .option('--seed <number>', 'of the noise and of the world', '1')
    .option('--json', 'print data instead of words')
    .action(async (options: BacktestOptions) => {
      const { backtestFleet } = await import('../backtest/backtest-fleet.ts')
      await backtestFleet(options, io)
    })
}
