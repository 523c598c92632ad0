/** Words in the names of metrics of which less is better. */
const lowerIsBetter = new Set([
  'bpb',
  'brier',
  'cer',
  'cost',
  'ece',
  'err',
  'error',
  'errors',
  'fid',
  'fnr',
  'fpr',
  'hallucination',
  'itl',
  'latency',
  'loss',
  'mae',
  'mape',
  'mse',
  'nll',
  'perplexity',
  'ppl',
  'rmse',
  'rmsle',
  'smape',
  'toxicity',
  'tpot',
  'ttft',
  'wer',
])

/** Words in the names of metrics of which more is better. */
const higherIsBetter = new Set([
  'acc',
  'accuracy',
  'auc',
  'auprc',
  'auroc',
  'bertscore',
  'bleu',
  'chrf',
  'f1',
  'faithfulness',
  'goodput',
  'iou',
  'kappa',
  'mcc',
  'meteor',
  'mrr',
  'ndcg',
  'precision',
  'qps',
  'r2',
  'recall',
  'relevance',
  'reward',
  'rouge',
  'rouge1',
  'rouge2',
  'rougel',
  'rps',
  'throughput',
  'tps',
])

/** Words that turn the meaning of the others around, or make the name one of a setting. */
const unclear = new Set([
  'delta',
  'drop',
  'free',
  'gap',
  'improvement',
  'inverse',
  'neg',
  'negative',
  'no',
  'reduction',
  'scale',
  'std',
  'steps',
  'target',
  'threshold',
  'var',
  'variance',
  'weight',
])

/**
 * Which values of a metric are better, as far as its name tells: `val_loss`, `evalAccuracy`,
 * `p95.latency_ms`. Undefined if the name says nothing, or several things.
 */
export function metricDirection(name: string): 'lower' | 'higher' | undefined {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  if (words.some((word) => unclear.has(word))) return undefined
  const isLower = words.some((word) => lowerIsBetter.has(word))
  const isRate = /per_?sec(?:ond)?(?![a-z])/i.test(name)
  const isHigher = isRate || words.some((word) => higherIsBetter.has(word))
  if (isLower === isHigher) return undefined
  return isLower ? 'lower' : 'higher'
}
