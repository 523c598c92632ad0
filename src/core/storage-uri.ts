import type { ResolvedSource, Run } from './model.ts'
import { prose, type Prose } from './text/prose.ts'

/**
 * The storage URI of a version, from what MLflow says: exactly as it is, except that the artifacts of
 * a run (`runs:/…`) are where the run's artifacts are. One with credentials is not for a repository,
 * and no message contains it.
 */
export function storageUri(resolved: ResolvedSource, run: Run): ResolvedSource {
  if (!resolved.ok) return resolved
  const source = withoutRun(resolved.source, run)
  if (source === undefined) {
    return { ok: false, problem: prose`MLflow does not resolve its source to a storage URI` }
  }
  const problem = findSecret(source)
  return problem === undefined ? { ok: true, source } : { ok: false, problem }
}

/** Undefined if the URI only means something to MLflow. */
function withoutRun(uri: string, run: Run): string | undefined {
  const [, runId, path = ''] = /^runs:\/+([^/]+)(?:\/([^]*))?$/.exec(uri) ?? []
  if (runId === undefined) return uri === '' || uri.startsWith('models:') ? undefined : uri
  if (runId !== run.id || run.artifactUri === '') return undefined
  return path === '' ? run.artifactUri : `${run.artifactUri.replace(/\/$/, '')}/${path}`
}

/** Parameters with a secret: signatures of S3, Google and Azure, keys, tokens and passwords. */
const secretParameter =
  /^sig$|signature|credential|token|secret|passw|pwd|access[-_]?key|api[-_]?key|authorization/i

/** Names the part of a URI that is a secret, but not the secret. */
function findSecret(uri: string): Prose | undefined {
  const [, scheme = '', authority = ''] = /^([^:/?#]*):[\\/]{2}([^\\/?#]*)/.exec(uri) ?? []
  const user = authority.slice(0, Math.max(authority.lastIndexOf('@'), 0))
  // A container of Azure (`wasbs://container@account…`) or a user of SFTP is no secret; a token is.
  if (/:|%3a/i.test(user) || (user !== '' && /^https?$/i.test(scheme))) {
    return prose`its storage URI contains credentials before the \`@\`, which do not belong in a repository`
  }
  const parameters = /[?#][^]*/.exec(uri)?.[0].split(/[?&;#]/) ?? []
  const name = parameters
    .map((item) => decode(item.split('=')[0] ?? ''))
    .find((item) => secretParameter.test(item))
  return name === undefined
    ? undefined
    : prose`its storage URI contains credentials in the parameter \`${name}\`, which do not belong in a repository`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
