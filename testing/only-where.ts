import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from '@jest/globals'
import { hasAct } from './act.ts'
import { hasHelm } from './helm.ts'

const crds = join(import.meta.dirname, '..', '.cache', 'crds')
const isWindows = process.platform === 'win32'

/** What some tests need and not every system has: whether it is here, and what is missing otherwise. */
const capabilities = {
  signals: [!isWindows, 'Windows ends a process at once instead of sending it a signal'],
  'shell scripts': [!isWindows, 'Windows cannot start a file because it begins with #!/bin/sh'],
  symlinks: [!isWindows, 'Windows lets few accounts create symbolic links'],
  'full device': [existsSync('/dev/full'), 'only Linux has the device /dev/full'],
  Helm: [hasHelm, 'the package with Helm and kubectl has them for Linux on x86-64 only'],
  act: [hasAct, 'act is not built here: run script/setup act'],
  proc: [existsSync('/proc/self/status'), 'only Linux tells a process its memory in /proc'],
  CRDs: [
    existsSync(crds),
    'run script/setup crds, which downloads the schemas of Argo CD, Flux and KServe',
  ],
} as const satisfies Record<string, readonly [boolean, string]>

export type Capability = keyof typeof capabilities

/**
 * Jest's functions where the system has what the tests need; otherwise functions that skip them, and one
 * more skipped test whose name says why.
 */
export function onlyWhere(
  needed: Capability,
): Pick<typeof import('@jest/globals'), 'describe' | 'test'> {
  const [isHere, reason] = capabilities[needed]
  if (isHere) return { describe, test }
  test.skip(`not all tests can run here: ${reason}`, () => undefined)
  return { describe: describe.skip as typeof describe, test: test.skip as typeof test }
}
