import type { Case } from './editor.ts'
import { globalKinds, withGlobal } from './globals.ts'
import { wantedValues } from './owned.ts'
import { Random } from './random.ts'
import { slips } from './slips.ts'
import type { CorpusFile } from './sources.ts'
import { variants } from './variants.ts'

/** Every file with each kind of `global`. */
export function* fileCases(group: string, files: readonly CorpusFile[]): Generator<Case> {
  for (const { name, bytes } of files) {
    const random = new Random(name)
    const text = textOf(bytes)
    for (const kind of text === undefined ? (['missing'] as const) : globalKinds) {
      const owned = random.pick(wantedValues)
      if (owned === undefined) return
      const changed = text === undefined ? bytes : withGlobal(text, kind, owned, random)
      yield { group, kind: `global: ${kind}`, name, bytes: Buffer.from(changed), owned }
    }
  }
}

/** Every variant of `perVariant` files, spread over all of them. */
export function* variantCases(files: readonly CorpusFile[], perVariant: number): Generator<Case> {
  for (const [kind, variant] of Object.entries(variants)) {
    yield* spread('variants', kind, files, perVariant, (text, random) => variant(text, random))
  }
}

/** Every slip in `perSlip` files. */
export function* slipCases(files: readonly CorpusFile[], perSlip: number): Generator<Case> {
  for (const [kind, slip] of Object.entries(slips)) {
    yield* spread('slips', kind, files, perSlip, slip)
  }
}

type Change = (text: string, random: Random) => string | Buffer | undefined

function* spread(
  group: string,
  kind: string,
  files: readonly CorpusFile[],
  count: number,
  change: Change,
): Generator<Case> {
  const random = new Random(kind)
  const start = random.integer(files.length)
  let found = 0
  // Not every file has a place for every slip.
  for (let index = 0; index < 5 * count && found < count; index += 1) {
    const file = files[(start + Math.floor((index * files.length) / count)) % files.length]
    const owned = random.pick(wantedValues)
    const text = file === undefined ? undefined : textOf(file.bytes)
    if (file === undefined || owned === undefined || text === undefined) continue
    const global = random.pick(globalKinds) ?? 'missing'
    const changed = change(withGlobal(text, global, owned, random), random)
    if (changed === undefined) continue
    found += 1
    yield { group, kind, name: file.name, bytes: Buffer.from(changed), owned }
  }
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
