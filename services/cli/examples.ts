/**
 * What each command looks like in use; its help and the reference page show these, and a test
 * parses every one.
 */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  init: [
    'gridtide init',
    'gridtide init --yes --zones DE,SE --gpu H100 --gpus 16 --model meta-llama/Llama-3.1-8B-Instruct',
  ],
  validate: ['gridtide validate config/examples/global.yaml'],
  plan: [
    'gridtide plan --fleet config/examples/two-regions.yaml',
    'gridtide plan --fleet config/examples/two-regions.yaml --out plan.json',
  ],
  diff: ['gridtide diff plan.json', 'gridtide diff yesterday.json today.json --json'],
  apply: ['gridtide apply plan.json'],
  explain: ['gridtide explain --fleet config/examples/two-regions.yaml'],
  schema: ['gridtide schema > fleet.schema.json'],
  serve: [
    'gridtide serve --fleet config/examples/two-regions.yaml',
    'gridtide serve --fleet config/examples/two-regions.yaml --role worker',
  ],
  watch: ['gridtide watch', 'gridtide watch --once --url http://127.0.0.1:8080'],
  'grid now': ['gridtide grid now --fleet config/examples/two-regions.yaml'],
  'grid forecast': [
    'gridtide grid forecast DE --hours 48 --fleet config/examples/two-regions.yaml',
  ],
  'grid history': ['gridtide grid history DE --hours 24 --fleet config/examples/two-regions.yaml'],
  'grid score': ['gridtide grid score DE --fleet config/examples/two-regions.yaml'],
  doctor: ['gridtide doctor --fleet config/examples/two-regions.yaml'],
  stop: ['gridtide stop "the cluster is being upgraded"'],
  resume: ['gridtide resume'],
  'models list': ['gridtide models list'],
  'models show': ['gridtide models show Qwen/Qwen3-32B@H100:bf16 --tpot 40'],
  'fit prior': ['gridtide fit prior --runs runs/ --out prior.json'],
  'fit catalogue': ['gridtide fit catalogue --runs runs/ --out models.json'],
  'next-run': ['gridtide next-run --model meta-llama/Llama-3.1-8B-Instruct --gpu H100'],
  profile: [
    'gridtide profile --endpoint http://127.0.0.1:8000/v1 --model chat --gpu H100 --dry-run',
  ],
  when: [
    'gridtide when --zone DE --duration 2h --deadline +8h',
    'gridtide when --zone DE --duration 2h --deadline tomorrow --wait && ./train.sh',
  ],
  backtest: [
    'gridtide backtest --fleet config/scenarios/one-site.yaml --from 2021-09-13 --to 2021-09-14 --out report',
  ],
  'batch submit': ['gridtide batch submit jobs.ndjson'],
  'batch list': ['gridtide batch list --limit 50'],
  'batch show': ['gridtide batch show nightly-evals'],
  'batch cancel': ['gridtide batch cancel nightly-evals'],
  'batch plan': ['gridtide batch plan jobs.ndjson --fleet config/examples/two-regions.yaml'],
  'batch release-due': ['gridtide batch release-due --fleet config/examples/two-regions.yaml'],
  import: [
    'gridtide import results/*.json --out runs.csv --model meta-llama/Llama-3.1-8B-Instruct --gpu H100',
  ],
  backup: ['gridtide backup gridtide-backup.ndjson.gz'],
  restore: ['gridtide restore gridtide-backup.ndjson.gz'],
  completion: ['source <(gridtide completion bash)'],
}
