import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Repository } from '../testing/github/repository.ts'
import { zeroOid } from '../testing/github/git/store.ts'
import type { Servers } from './servers.ts'

/** A new repository with the same branch as another, whose objects it borrows. */
export function copyOf(servers: Servers, original: Repository): Repository {
  const copy = servers.createRepository()
  const objects = join(original.store.gitDir, 'objects')
  writeFileSync(join(copy.store.gitDir, 'objects', 'info', 'alternates'), `${objects}\n`)
  copy.store.updateRef(`refs/heads/${copy.defaultBranch}`, original.head(), zeroOid)
  return copy
}

/** A repository with one commit and no values file. */
export function createOriginal(servers: Servers): Repository {
  const repository = servers.createRepository()
  repository.push(repository.defaultBranch, { 'README.md': '# Deployments\n' })
  return repository
}

/** Packs all objects, as GitHub does after a while. */
export function pack(repository: Repository): void {
  repository.git('repack', '-adq')
}

export function remove(repository: Repository): void {
  repository.store.close()
  rmSync(repository.store.gitDir, { recursive: true, force: true })
}
