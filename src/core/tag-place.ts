import { pathIn } from './branch.ts'
import { fileUrl } from './text/links.ts'
import { fileName, runIdFromFileName } from './values-file/file.ts'

/** A directory of values files on a branch of a repository on GitHub. */
export type Place = {
  /** Base URL of GitHub's website. */
  readonly serverUrl: string
  /** `owner/name` */
  readonly repository: string
  readonly branch: string
  readonly directory: string
}

/**
 * What a URL of a file in a repository can mean, as a revision and a path for Git: a branch may contain
 * slashes. Empty for any other URL.
 */
export function possibleFiles(place: Omit<Place, 'directory' | 'branch'>, url: string): string[] {
  const prefix = blobsUrl(place)
  if (!url.startsWith(prefix)) return []
  const parts = decode(url.slice(prefix.length))?.split('/') ?? []
  return parts
    .slice(1)
    .map(
      (_, at) => `refs/heads/${parts.slice(0, at + 1).join('/')}:${parts.slice(at + 1).join('/')}`,
    )
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

export function urlOf({ serverUrl, repository, branch }: Place, path: string): string {
  return fileUrl(serverUrl, repository, branch, path)
}

function blobsUrl({ serverUrl, repository }: Omit<Place, 'directory' | 'branch'>): string {
  return fileUrl(serverUrl, repository, '', '').slice(0, -1)
}

/** Whether a URL names the run's file in another directory of the repository or on another branch. */
export function isElsewhere(place: Place, url: string, runId: string): boolean {
  const isOfRun = url.startsWith(blobsUrl(place)) && url.endsWith(`/${fileName(runId)}`)
  return isOfRun && runIdIn(place, url) === undefined
}

/** Whether a URL names a file on the same branch: Git allows no branch `a/b` beside `a`. */
export function isOnBranch(place: Place, url: string): boolean {
  return url.startsWith(urlOf(place, ''))
}

/** The run whose file in this directory a URL names; undefined for any other URL. */
export function runIdIn(place: Place, url: string): string | undefined {
  const prefix = urlOf(place, pathIn(place.directory, ''))
  return url.startsWith(prefix) ? runIdFromFileName(url.slice(prefix.length)) : undefined
}
