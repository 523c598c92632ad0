import type { Piece, Prose } from '../core/text/prose.ts'
import { inputNames } from '../inputs/schema.ts'

/** Stands for a piece that is not own text. It is private, so no text of the action contains it. */
const hole = '\ue000'

/** An input in own text, alone or with a value: `prune`, `max-deletions: 3`. */
const input = new RegExp(`\`(${inputNames.join('|')})(?:: ([^\`]+))?\``, 'g')

/**
 * A message for a reader in a terminal.
 *
 * @param hasKeys whether it may be about keys of a configuration file, which have the names of inputs;
 *   otherwise inputs become flags.
 */
export function inTerminalWords(message: Prose, hasKeys: boolean): Prose {
  const others: Piece[] = []
  const text = message
    .map((piece) => {
      if (piece.kind === 'own') return piece.inTerminal ?? piece.text
      others.push(piece)
      return hole
    })
    .join('')
  const worded = aboutPaths(hasKeys ? text : text.replace(input, asFlag))
  return worded.split(hole).flatMap((own, index): Piece[] => {
    const other = index === 0 ? undefined : others[index - 1]
    return [
      ...(other === undefined ? [] : [other]),
      ...(own === '' ? [] : [{ kind: 'own' as const, text: own }]),
    ]
  })
}

/** A runner has no files of the user, but whoever names a path in a terminal may mean one there. */
function aboutPaths(text: string): string {
  return text
    .replaceAll('root of the repository', 'root of the repository on GitHub')
    .replace(
      /(it is a path from the root of the repository on GitHub[^.]*)\./g,
      '$1; files on this machine are not read.',
    )
}

function asFlag(_: string, name: string, value?: string): string {
  return value === undefined ? `\`--${name}\`` : `\`--${name}=${value}\``
}
