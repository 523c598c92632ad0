import { execFileSync } from 'node:child_process'
import { cpSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** A copy of this repository. */
export type Checkout = {
  readonly directory: string
  /** Runs git in the copy and returns what it prints, trimmed. */
  readonly git: (...args: string[]) => string
  readonly remove: () => void
}

/**
 * Copies the files of this repository, as they are now, into a new repository with one commit on `main`.
 * `installed` also gives it what `script/setup` installed here.
 */
export function createCheckout({ installed = false } = {}): Checkout {
  const directory = mkdtempSync(join(tmpdir(), 'checkout-'))
  // With new files, and without deleted ones, because a checkout is what the next commit would give.
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const files = execFileSync('git', [...list, '--', '.', ':!docs/pictures'], { cwd: root })
  for (const file of new Set(files.toString().split('\0'))) {
    if (file === '' || !lstatSync(join(root, file), { throwIfNoEntry: false })?.isFile()) continue
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    cpSync(join(root, file), join(directory, file))
  }
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' }).trim()
  git('init', '--quiet', '--initial-branch=main')
  for (const [name, value] of [
    ['user.name', 'Ada'],
    ['user.email', 'ada@example.com'],
    ['commit.gpgsign', 'false'],
    ['core.hooksPath', '/dev/null'],
  ] as const) {
    git('config', name, value)
  }
  git('add', '--all')
  git('commit', '--quiet', '--message', 'First commit')
  if (installed) {
    for (const folder of ['node_modules', '.venvs']) {
      symlinkSync(join(root, folder), join(directory, folder), 'junction')
    }
  }
  return { directory, git, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
