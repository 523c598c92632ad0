/** Whether an fnmatch pattern of GitHub's rules matches: `*` stops at a slash, `**` does not. */
export function matchesGlob(pattern: string, text: string): boolean {
  const source = pattern.replace(/\*\*\/?|\*|\?|[.+^${}()|[\]\\]/g, (token) => {
    if (token.startsWith('**')) return '.*'
    if (token === '*') return '[^/]*'
    return token === '?' ? '[^/]' : `\\${token}`
  })
  return new RegExp(`^${source}$`).test(text)
}
