import { expect, test } from '@jest/globals'
import { byPlace, foreign, plain, prose, reference } from '../../src/core/text/prose.ts'
import { inTerminalWords } from '../../src/terminal/wording.ts'

test.each([
  [prose`Set \`max-deletions: ${3}\`, or \`prune\`.`, 'Set `--max-deletions=3`, or `--prune`.'],
  [prose`\`recreate: ${'abc'}\``, '`--recreate=abc`'],
  [prose`Not \`pruned\`, \`Prune\` or prune`, 'Not `pruned`, `Prune` or prune'],
  // What somebody else wrote is not about an input.
  [prose`No model \`${'models'}\` here`, 'No model `models` here'],
  [foreign('`models`'), '`models`'],
  [prose`Ask ${byPlace('the `job`', 'the `index`')}`, 'Ask the `--index`'],
  [prose`See ${reference('it', 'https://a.test')} and \`path\``, 'See it and `--path`'],
])('a message becomes one for a terminal: %#', (message, expected) => {
  expect(plain(inTerminalWords(message, false))).toBe(expected)
})

test('keys of a configuration file keep their names', () => {
  const message = prose`Correct \`models\`, ${byPlace('in this workflow', 'here')}`
  expect(plain(inTerminalWords(message, true))).toBe('Correct `models`, here')
  expect(plain(message)).toBe('Correct `models`, in this workflow')
})
