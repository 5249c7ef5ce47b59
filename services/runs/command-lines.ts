import type { Setting } from '../fitting/index.ts'

/** The two commands that measure one setting: start the engine, then load and meter it. */
export function commandLines(model: string, setting: Setting): readonly [string, string] {
  const flags = [
    setting.precision === 'bf16' && '--dtype bfloat16',
    // A checkpoint that is published in fp8 says so itself, and refuses to be quantised again.
    setting.precision === 'fp8' && !/fp8/i.test(model) && '--quantization fp8',
    `--tensor-parallel-size ${setting.tensorParallel}`,
    setting.pipelineParallel > 1 && `--pipeline-parallel-size ${setting.pipelineParallel}`,
    setting.dataParallel > 1 && `--data-parallel-size ${setting.dataParallel}`,
    setting.expertParallel && '--enable-expert-parallel',
    `--max-num-seqs ${setting.batch}`,
  ].filter((flag) => flag !== false)
  return [
    `vllm serve ${model} ${flags.join(' ')}`,
    [
      `vllm bench serve --model ${model} --dataset-name random`,
      `--random-input-len ${Math.round(setting.inputTokens)}`,
      `--random-output-len ${Math.round(setting.outputTokens)}`,
      `--max-concurrency ${setting.batch} --num-prompts ${Math.max(200, 8 * setting.batch)}`,
      '--percentile-metrics ttft,tpot,itl --metric-percentiles 50,95 --save-result',
    ].join(' '),
  ]
}
