import { type Command, Option } from 'commander'

/** The options of every command that plans a fleet. */
export const withPlanOptions = (command: Command): Command =>
  command
    .option('-f, --fleet <file>', 'fleet file (default: GRIDTIDE_FLEET)')
    .option('--at <instant>', 'plan as of this ISO 8601 instant; nothing issued later is seen')
    .addOption(
      new Option('--solver <name>', 'solver of linear programmes')
        .choices(['highs', 'glpk'])
        .default('highs'),
    )
    .option('--deadline <seconds>', 'give the best plan found by then')
    .option('--json', 'print data instead of words')
