/** The command line, or a variable that stands for a flag, is invalid; found before any request. */
export class UsageError extends Error {
  override readonly name = 'UsageError'

  /** @param problems one sentence each, complete by itself. */
  constructor(problems: readonly string[]) {
    const sentences = problems.map((text) => text.replace(/\s+/g, ' '))
    super(
      sentences.length === 1
        ? sentences[0]
        : [`${sentences.length} mistakes:`, ...sentences.map((text) => `- ${text}`)].join('\n'),
    )
  }
}
