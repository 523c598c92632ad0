import { createHash } from 'node:crypto'

/** Longest label of DNS (RFC 1123), and so the longest name of most Kubernetes objects. */
export const maxLabel = 63

const hashLength = 8

/** Names that differ from their slug in case and in the sign between words only. */
const plainName = /^[a-z0-9]([a-z0-9 ._/-]*[a-z0-9])?$/i

/**
 * A DNS label made from any name, at most `maxLength` characters (8 at the least). Plain names
 * only change case and signs (`My_model` is `my-model`); a name that is cut, or that loses
 * characters, ends in a hash of the whole name.
 */
export function slug(name: string, maxLength = maxLabel): string {
  const label = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(plainName.test(name) ? /[^a-z0-9]/g : /[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  if (plainName.test(name) && label.length <= maxLength) return label
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashLength)
  const room = maxLength - hashLength - 1
  const head = (label === '' ? 'model' : label).slice(0, Math.max(room, 0)).replace(/-+$/, '')
  return head === '' ? hash : `${head}-${hash}`
}

/** Room for a model in `vllm-<model>-<run>-sa`, the longest name of the built-in template. */
const maxModelSlug = maxLabel - 'vllm-'.length - '-'.length - hashLength - '-sa'.length

/** `${model.slug}`: leaves room for `vllm-` before it, and `-<run>` and `-sa` behind it. */
export function modelSlug(name: string): string {
  return slug(name, maxModelSlug)
}

/** `${run.slug}`: the first 8 characters of a run id as MLflow makes them, else 8 at most. */
export function runSlug(runId: string): string {
  return /^[0-9a-z]{32}$/.test(runId) ? runId.slice(0, hashLength) : slug(runId, hashLength)
}
