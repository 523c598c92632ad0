import { fullWidth, plainText } from '../core/message/harmless.ts'

/**
 * Foreign text as one line of the log. The runner takes a line that begins with `::` for a command, and
 * `##[…]` wherever it stands.
 */
export function safeLine(text: string, maxCharacters = 2000): string {
  return plainText(text, maxCharacters)
    .replaceAll('::', `:${fullWidth(':')}`)
    .replaceAll('##[', `##${fullWidth('[')}`)
}
