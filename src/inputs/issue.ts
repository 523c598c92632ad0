import type { z } from 'zod'
import { own, plain, prose, type Prose } from '../core/text/prose.ts'

/** What is wrong with a value. Zod's own issues only have a string, so it travels as a parameter. */
export type InputIssue = {
  /** Continues a sentence that starts with the input's name. */
  readonly text: Prose
  /** A sentence that follows the received value. */
  readonly hint?: Prose
  /** The text names the part of the value that is wrong. */
  readonly showsValue?: boolean
}

/** For `context.addIssue`. */
export function issue(details: InputIssue) {
  return { code: 'custom' as const, message: plain(details.text), params: { details } }
}

/** The details of an issue. The messages of other issues are own text too, given to the schema. */
export function detailsOf(found: z.core.$ZodIssue): InputIssue {
  if (found.code === 'invalid_union') {
    const inner = found.errors.flat().findLast(({ code }) => code === 'custom')
    if (inner !== undefined) return detailsOf(inner)
  }
  const params =
    found.code === 'custom' ? (found.params as Partial<Carrier> | undefined) : undefined
  return params?.details ?? { text: own(found.message) }
}

type Carrier = { readonly details: InputIssue }

export function didYouMean(suggestion: string | undefined): Prose {
  return suggestion === undefined ? [] : prose`Did you mean \`${suggestion}\`?`
}

/** Longest part of a value that a message shows. */
const maxShown = 60

/** A value as code, on one line. */
export function shown(value: string): Prose {
  const characters = Array.from(value.replace(/\s+/g, ' ').slice(0, 2 * maxShown + 2))
  const text =
    characters.length > maxShown
      ? `${characters.slice(0, maxShown - 1).join('')}…`
      : characters.join('')
  return prose`\`${text}\``
}
