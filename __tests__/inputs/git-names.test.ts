import { describe, expect, test } from '@jest/globals'
import { readInputs } from '../../src/inputs/inputs.ts'
import { minimal, problemsOf } from '../fixtures/inputs.ts'

describe('the repository', () => {
  test.each([
    'acme/models',
    'Octo-Cat_acme/x.y_z-1',
    `${'a'.repeat(39)}/${'b'.repeat(100)}`,
    'a/.github',
  ])('can be %s', (repository) => {
    expect(problemsOf({ INPUT_REPOSITORY: repository })).toEqual([])
  })

  test.each([
    'models',
    '_a/b',
    '-a/b',
    'a.b/c',
    'a/b/c',
    'a/..',
    'a/b.git',
    'a/b c',
    'https://github.com/a/b',
    `${'a'.repeat(40)}/b`,
    `a/${'b'.repeat(101)}`,
  ])('cannot be %s', (repository) => {
    expect(problemsOf({ INPUT_REPOSITORY: repository })).toEqual([
      expect.stringMatching(/^`repository` must be `owner\/name`/),
    ])
  })

  test.each([
    'git@github.com:acme/x.git',
    'https://github.com/acme/x.git',
    'https://github.com/acme/x',
    'https://ghe.example.com/acme/x/',
    'ssh://git@github.com/acme/x',
    'github.com/acme/x',
    'acme/x.git',
  ])('is suggested in place of %s', (address) => {
    expect(problemsOf({ INPUT_REPOSITORY: address })).toEqual([
      `\`repository\` must be \`owner/name\` (received \`${address}\`). Did you mean \`acme/x\`?`,
    ])
  })

  test.each(['https://github.com/acme/x/tree/main', 'acme/.git', 'git@github.com:x.git'])(
    'is one mistake without a suggestion: %s',
    (address) => {
      expect(problemsOf({ INPUT_REPOSITORY: address })).toEqual([
        `\`repository\` must be \`owner/name\` (received \`${address}\`)`,
      ])
    },
  )
})

describe('the path', () => {
  test.each([
    ['.', ''],
    ['./deploy//values/', 'deploy/values'],
    ['deploy', 'deploy'],
    ['.gitops/github', '.gitops/github'],
    ['git/.git-values/github~x', 'git/.git-values/github~x'],
    ['⚙️/…/.x', '⚙️/…/.x'],
    ['d'.repeat(255), 'd'.repeat(255)],
  ])('%s is normalised to %j', (given, directory) => {
    expect(readInputs({ ...minimal, INPUT_PATH: given }).target.path).toBe(directory)
  })

  test.each([
    ['/etc', /relative/],
    ['C:/x', /relative/],
    ['a/../b', /inside the repository/],
    ['a/.. /b', /inside the repository/],
    ['a/.\u200d./b', /inside the repository/],
    ['a\\b', /backslashes/],
    ['a\tb', /control characters/],
    ['a\ud800', /control characters/],
    ['é'.repeat(128), /255 bytes/],
    ['.github', /must not be in `\.github` \(received/],
    [
      '.GitHub/workflows',
      /must not be in `\.GitHub`, which some file systems treat as `\.github` \(/,
    ],
  ])('cannot be %j', (path, problem) => {
    expect(problemsOf({ INPUT_PATH: path })).toEqual([expect.stringMatching(problem)])
  })

  test.each(['.github/mlflow-sync.yaml', '.GITHUB/x', 'github~1/x'])(
    'of the template can be %s, because it is only read',
    (template) => {
      expect(problemsOf({ INPUT_TEMPLATE: template })).toEqual([])
    },
  )
})

test.each(['CONFIG', 'TEMPLATE', 'VALUES-SCHEMA', 'INDEX'])(
  'a text that names no file is not taken for none: %s',
  (name) => {
    for (const text of ['.', './', './/.']) {
      expect(problemsOf({ [`INPUT_${name}`]: text })).toEqual([
        `\`${name.toLowerCase()}\` must be a file, not a directory (received \`${text}\`)`,
      ])
    }
    expect(problemsOf({ [`INPUT_${name}`]: ' ' })).toEqual([])
  },
)

/** The characters that HFS+ ignores, and the zero-width space, which people cannot see either. */
const ignored = [
  ...[0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0xfeff],
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e],
  ...[0x206a, 0x206b, 0x206c, 0x206d, 0x206e, 0x206f],
].map((point) => String.fromCodePoint(point))

/** Names under which some file system opens `.git` or `.github`. */
function disguisesOf(name: string): string[] {
  return [
    `.${name}`,
    `.${name.toUpperCase()}`,
    `.${name}.`,
    `.${name} . .`,
    `.${name}::$INDEX_ALLOCATION`,
    `.${name}:x`,
    `.${name} :x`,
    `${name}~1`,
    `${name.toUpperCase()}~1`,
    `${name}~2. `,
    `${name}~1:x`,
    ...ignored.flatMap((character) => [
      `.${character}${name}`,
      `${character}.${name}${character}.`,
    ]),
    `.${[...ignored, name].join('')}::$INDEX_ALLOCATION`,
  ]
}

describe.each(['git', 'github'])('a disguise of .%s', (name) => {
  test.each(disguisesOf(name))('is not a path to write to: %j', (disguise) => {
    for (const path of [`x/${disguise}/y`, `./${disguise}/y`]) {
      expect(problemsOf({ INPUT_PATH: path })).toEqual([
        expect.stringMatching(new RegExp(`^\`path\` must not be in .*\\.${name}`, 'i')),
      ])
    }
  })
})

test.each(disguisesOf('git'))('the template is not read from %j', (disguise) => {
  expect(problemsOf({ INPUT_TEMPLATE: `${disguise}/config` })).toEqual([
    expect.stringMatching(/^`template` must not be in /),
  ])
})

describe.each(['INPUT_BRANCH', 'INPUT_PULL-REQUEST-BRANCH'])('%s', (input) => {
  test.each(['main', 'refs/heads/main', 'a/b.c', '@', 'ünï/日本'])('can be %s', (branch) => {
    expect(problemsOf({ [input]: branch })).toEqual([])
  })

  test.each([
    '.git',
    'a/.git/x',
    'git~1',
    '.git::$INDEX_ALLOCATION',
    'a..b',
    'a.lock',
    'a.lock/b',
    'a/',
    'a.',
    'a//b',
    'a@{b',
    'a b',
    'a\u007fb',
    'a\ud800',
    '-a',
    'refs/heads/',
  ])('cannot be %j', (branch) => {
    expect(problemsOf({ [input]: branch })).toEqual([
      expect.stringMatching(/must be the name of a branch \(received `/),
    ])
  })
})
