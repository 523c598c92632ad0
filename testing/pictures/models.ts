import type { RegisteredVersion, RunSpec } from '../mlflow/api.ts'
import type { Stage } from './stage.ts'

/** Fine-tuned models of a fictitious company, with what their runs logged. */
export const runs = {
  supportChat: {
    name: 'bright-finch-118',
    params: {
      base_model: 'Qwen/Qwen2.5-7B-Instruct',
      epochs: '3',
      learning_rate: '2e-05',
      lora_rank: '16',
      max_model_len: '8192',
    },
    metrics: {
      eval_accuracy: 0.871,
      eval_loss: 0.4213,
      latency_p95_ms: 412,
      tokens_per_second: 71,
    },
  },
  betterSupportChat: {
    name: 'calm-otter-204',
    params: {
      base_model: 'Qwen/Qwen2.5-7B-Instruct',
      epochs: '5',
      learning_rate: '1e-05',
      lora_rank: '32',
      max_model_len: '16384',
    },
    metrics: {
      eval_accuracy: 0.9034,
      eval_loss: 0.3127,
      latency_p95_ms: 455,
      tokens_per_second: 68.5,
      toxicity: 0.004,
    },
  },
  summarizer: {
    name: 'polite-heron-77',
    params: { base_model: 'meta-llama/Llama-3.1-8B', epochs: '2', max_model_len: '4096' },
    metrics: { rouge_l: 0.412, eval_loss: 0.98, latency_p95_ms: 820 },
  },
  sqlAssistant: {
    name: 'swift-lynx-9',
    params: { base_model: 'bigcode/starcoder2-7b', epochs: '4', max_model_len: '8192' },
    metrics: { execution_accuracy: 0.684, eval_loss: 0.77 },
  },
  translator: {
    name: 'gentle-crane-31',
    params: { base_model: 'facebook/nllb-200-3.3B', epochs: '1', max_model_len: '2048' },
    metrics: { bleu: 34.9, eval_loss: 1.21 },
  },
} satisfies Record<string, RunSpec>

export type Team = Readonly<
  Record<'supportChat' | 'summarizer' | 'sqlAssistant', RegisteredVersion>
>

/** Registers three models, as most situations start. */
export async function registerTeam(stage: Stage): Promise<Team> {
  const supportChat = await stage.register('support-chat', runs.supportChat)
  const summarizer = await stage.register('summarizer', runs.summarizer)
  const sqlAssistant = await stage.register('sql-assistant', runs.sqlAssistant)
  for (const { name, version } of [supportChat, summarizer]) {
    await stage.world.api.setAlias(name, 'champion', version)
  }
  return { supportChat, summarizer, sqlAssistant }
}
