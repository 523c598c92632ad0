import type { z } from 'zod'
import { joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import { withoutCredentials } from './github-urls.ts'
import { detailsOf, shown } from './issue.ts'

/** Inputs whose value is never shown, because it is sent in a header and may be secret. */
export const secretInputs: ReadonlySet<string> = new Set([
  'mlflow-username',
  'mlflow-password',
  'mlflow-token',
  'mlflow-headers',
  'mlflow-workspace',
  'mlflow-ca-certificate',
  'github-token',
])

const urlInputs: ReadonlySet<string> = new Set(['mlflow-tracking-uri', 'mlflow-ui-url'])

/** An input's value, and the environment variable that it came from if it is not the input's own. */
export type Source = { readonly value: string; readonly variable: string | undefined }

/** An issue as a sentence with the input's name and the value received. */
export function describeIssue(
  found: z.core.$ZodIssue,
  sources: ReadonlyMap<string, Source>,
): Prose {
  const name = found.path.join('.')
  const { value, variable } = sources.get(name) ?? { value: '', variable: undefined }
  const { text, hint = [], showsValue = false } = detailsOf(found)
  const origin = variable === undefined ? [] : prose` (from \`${variable}\`)`
  const received = showsValue ? [] : describeValue(name, value)
  const sentence = prose`\`${own(name)}\`${origin} ${text}${received}`
  return joinProse([sentence, hint], '. ')
}

function describeValue(name: string, value: string): Prose {
  if (value === '' || secretInputs.has(name)) return []
  return prose` (received ${shown(urlInputs.has(name) ? withoutSecrets(value) : value)})`
}

/** A query may have a token. */
function withoutSecrets(url: string): string {
  return withoutCredentials(url).replace(/[?#].*/s, '')
}
