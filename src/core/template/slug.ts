import { createHash } from 'node:crypto'

/** Maximum length of a DNS label (RFC 1123), and so of the names of most Kubernetes objects. */
const maxLabelLength = 63

const hashLength = 8

/** Names that differ from their slugs only in case and in the separators between words. */
const separatedWords = /^[a-z0-9]([a-z0-9 ._/-]*[a-z0-9])?$/i

/**
 * Converts any name to a DNS label of at most `maxLength` characters (8 or more). If the name is
 * truncated or loses characters, the label ends in a hash of the full name. Otherwise only its case
 * and separators change: `My_model` becomes `my-model`.
 */
export function slugify(name: string, maxLength = maxLabelLength): string {
  const label = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(separatedWords.test(name) ? /[^a-z0-9]/g : /[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  if (separatedWords.test(name) && label.length <= maxLength) return label
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashLength)
  const room = maxLength - hashLength - 1
  const head = (label === '' ? 'model' : label).slice(0, Math.max(room, 0)).replace(/-+$/, '')
  return head === '' ? hash : `${head}-${hash}`
}

/** Space for the model in `vllm-<model>-<run>-sa`, the longest name in the built-in template. */
const maxModelSlugLength = maxLabelLength - 'vllm-'.length - '-'.length - hashLength - '-sa'.length

/** `${model.slug}`: leaves room for `vllm-` before it and `-<run>-sa` after it. */
export function modelSlug(name: string): string {
  return slugify(name, maxModelSlugLength)
}

/** `${run.slug}`: the first 8 characters of an id from MLflow, or a slug of any other id. */
export function runSlug(runId: string): string {
  return /^[0-9a-z]{32}$/.test(runId) ? runId.slice(0, hashLength) : slugify(runId, hashLength)
}
