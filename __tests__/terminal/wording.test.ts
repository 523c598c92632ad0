import { expect, test } from '@jest/globals'
import { byPlace, foreign, plain, prose, reference } from '../../src/core/text/prose.ts'
import { findConflicts } from '../../src/inputs/conflicts.ts'
import { inputNames } from '../../src/inputs/schema.ts'
import { inTerminalWords } from '../../src/terminal/wording.ts'

test.each([
  [prose`Set \`max-deletions: ${3}\`, or \`prune\`.`, 'Set `--max-deletions=3`, or `--prune`.'],
  [prose`\`recreate: ${'abc'}\``, '`--recreate=abc`'],
  [prose`Not \`pruned\`, \`Prune\` or prune`, 'Not `pruned`, `Prune` or prune'],
  // What somebody else wrote is not about an input.
  [prose`No model \`${'models'}\` here`, 'No model `models` here'],
  [foreign('`models`'), '`models`'],
  [prose`Ask ${byPlace('the `job`', 'the `index`')}`, 'Ask the `--index`'],
  [
    prose`Check \`template\`: it is a path from the root of the repository.`,
    'Check `--template`: it is a path from the root of the repository on GitHub; files on this machine are not read.',
  ],
  [
    prose`Check \`config\`: it is a path from the root of the repository, on the branch that is synced. Or not.`,
    'Check `--config`: it is a path from the root of the repository on GitHub, on the branch that is synced; files on this machine are not read. Or not.',
  ],
  [
    prose`\`path\` must be relative to the root of the repository`,
    '`--path` must be relative to the root of the repository on GitHub',
  ],
  [prose`See ${reference('it', 'https://a.test')} and \`path\``, 'See it and `--path`'],
])('a message becomes one for a terminal: %#', (message, expected) => {
  expect(plain(inTerminalWords(message, false))).toBe(expected)
})

test.each([
  [{ 'mlflow-username': 'u' }, '`--mlflow-password` is empty, but `--mlflow-username` is set'],
  [{ path: 'a', index: 'README.md', template: 'a/README.md' }, '`--template`'],
])('conflicts of inputs are about flags: %j', (inputs, expected) => {
  const raw = { ...Object.fromEntries(inputNames.map((name) => [name, ''])), ...inputs }
  const [problem = []] = findConflicts(raw)
  expect(plain(inTerminalWords(problem, false))).toContain(expected)
})

test('keys of a configuration file keep their names', () => {
  const message = prose`Correct \`models\`, ${byPlace('in this workflow', 'here')}`
  expect(plain(inTerminalWords(message, true))).toBe('Correct `models`, here')
  expect(plain(message)).toBe('Correct `models`, in this workflow')
})
