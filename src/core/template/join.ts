import { applyEdits } from '../values-file/edit.ts'
import {
  findOutdatedKeys,
  interpretScalar,
  type Interpretation,
  type Interpretations,
} from '../values-file/interpret.ts'
import { ownedKeys, type OwnedKey, type OwnedValues } from '../values-file/owned.ts'
import type { ParsedFile } from '../values-file/parse.ts'
import { canPlaceOwnedValues, placeOwnedValues } from '../values-file/place.ts'
import { formatValue, styleOf } from '../values-file/quote.ts'
import type { TemplateScalar } from './placeholder.ts'
import { replaceScalar, type RenderedScalar } from './scalar.ts'

/** The owned values of a template: where they are, and how they are read. */
export type LocatedValues = {
  readonly file: ParsedFile
  readonly interpretations: Interpretations
}

/**
 * What all files of a template have in common. With it, a file is a join of the template's text,
 * rendered scalars and the owned values.
 */
export type TemplateLayout = LocatedValues & {
  /** The owned values that contain placeholders. */
  readonly ownedScalars: ReadonlyMap<TemplateScalar, OwnedKey>
}

/**
 * Finds the layout of a template; undefined if only parsing a file can tell whether it is right: with
 * placeholders in keys, which may become too long or equal to each other, with those in anchored scalars,
 * whose aliases may be keys, and if an owned value can't be placed on its own.
 */
export function findLayout(
  values: LocatedValues,
  scalars: readonly TemplateScalar[],
): TemplateLayout | undefined {
  const canBeKey = scalars.some(({ node, isInKey }) => isInKey || node.anchor !== undefined)
  if (canBeKey || !canPlaceOwnedValues(values.file)) return undefined
  const ownedScalars = new Map(
    scalars.flatMap((scalar): [TemplateScalar, OwnedKey][] => {
      const key = ownedKeys.find((owned) => values.file.owned[owned]?.value === scalar.node)
      return key === undefined ? [] : [[scalar, key]]
    }),
  )
  return { ...values, ownedScalars }
}

/** Joins a file with the owned values. All rendered scalars must be proven. */
export function joinFile(
  { file, interpretations, ownedScalars }: TemplateLayout,
  rendered: ReadonlyMap<TemplateScalar, RenderedScalar>,
  owned: OwnedValues,
): string {
  const current: Partial<Record<OwnedKey, Interpretation>> = { ...interpretations }
  for (const [scalar, { value, source }] of rendered) {
    const key = ownedScalars.get(scalar)
    if (key === undefined) continue
    current[key] =
      typeof value === 'string'
        ? { kind: 'string', text: value }
        : interpretScalar({ style: 'plain', text: source, source, tag: undefined })
  }
  const outdated = new Set(findOutdatedKeys(current, owned))
  const edits = [...rendered].map(([scalar, { source }]) => {
    const key = ownedScalars.get(scalar)
    const isOutdated = key !== undefined && outdated.delete(key)
    return replaceScalar(scalar, isOutdated ? formatValue(owned[key], styleOf(source)) : source)
  })
  return applyEdits(file.text, [...edits, ...placeOwnedValues(file, owned, [...outdated])])
}
