import { runInNewContext } from 'node:vm'
import { z } from 'zod'

/** Parameters of a rule about commit messages or names of branches. */
export const textPattern = z.object({
  operator: z.enum(['starts_with', 'ends_with', 'contains', 'regex']),
  pattern: z.string(),
  negate: z.boolean().default(false),
})

/** Whether a text satisfies the rule; undefined if the pattern can't be evaluated here. */
export function satisfiesPattern(
  { operator, pattern, negate }: z.infer<typeof textPattern>,
  text: string,
): boolean | undefined {
  const matches = matchesText(operator, pattern, text)
  return matches === undefined ? undefined : matches !== negate
}

function matchesText(
  operator: z.infer<typeof textPattern>['operator'],
  pattern: string,
  text: string,
): boolean | undefined {
  switch (operator) {
    case 'starts_with':
      return text.startsWith(pattern)
    case 'ends_with':
      return text.endsWith(pattern)
    case 'contains':
      return text.includes(pattern)
    case 'regex':
      return matchesRe2(pattern, text)
  }
}

/** RE2, unlike JavaScript, always needs linear time. */
const regexTimeoutMs = 1000

/**
 * GitHub's regular expressions are RE2's. Undefined for syntax that JavaScript does not have: with the
 * flag `u`, it rejects what it would otherwise take literally.
 */
function matchesRe2(pattern: string, text: string): boolean | undefined {
  const [, inline = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? []
  const source = inline === '' ? pattern : pattern.slice(inline.length + 3)
  try {
    const result: unknown = runInNewContext(
      'new RegExp(source, flags).test(text)',
      { source, flags: `u${inline}`, text },
      { timeout: regexTimeoutMs },
    )
    return result === true
  } catch {
    return undefined
  }
}

/**
 * Whether a restricted path covers a file. GitHub uses Ruby's fnmatch with FNM_PATHNAME, where `*`
 * stays within a directory and a directory named `**` stands for any number of them. `partly` means
 * that the path is a directory above the file, which GitHub's documentation leaves open, or that the
 * pattern can't be evaluated here.
 */
export function coversPath(glob: string, path: string): 'fully' | 'partly' | 'no' {
  const pattern = glob.replace(/^\//, '')
  const directory = pattern.replace(/\/$/, '')
  try {
    if (new RegExp(`^${regexOf(pattern)}$`, 'su').test(path)) return 'fully'
    return new RegExp(`^${regexOf(directory)}/`, 'su').test(path) ? 'partly' : 'no'
  } catch {
    // Ruby accepts ranges such as `z-a`.
    return 'partly'
  }
}

function regexOf(glob: string): string {
  const tokens = glob.match(/\*\*\/|\*+|\?|\[[^\]]+\]|[^]/gu) ?? []
  return tokens
    .map((token) => {
      if (token === '**/') return '(?:[^/]+/)*'
      if (token === '*') return '[^/]*'
      if (token.startsWith('*')) return '.*'
      if (token === '?') return '[^/]'
      if (token.length > 1 && token.startsWith('[')) {
        return classOf(token.slice(1, -1))
      }
      return token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    })
    .join('')
}

/** Never a slash, not even if it is excluded by nothing else. */
function classOf(members: string): string {
  const isNegated = /^[!^]/.test(members)
  const escaped = members.slice(isNegated ? 1 : 0).replace(/[\\\]^]/g, '\\$&')
  return isNegated ? `[^/${escaped}]` : `(?!/)[${escaped}]`
}
