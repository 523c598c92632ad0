import { readFileSync } from 'node:fs'
import { prose, type Prose } from '../core/text/prose.ts'

const pemHeader = '-----BEGIN CERTIFICATE-----'

/** @param text PEM text or the path of a PEM file. */
export function readCertificates(text: string): {
  pem: string | undefined
  problems: readonly Prose[]
} {
  if (text === '') return { pem: undefined, problems: [] }
  if (text.includes(pemHeader)) return { pem: text, problems: [] }
  const invalid = (why: Prose) => ({
    pem: undefined,
    problems: [prose`\`mlflow-ca-certificate\` ${why}`],
  })
  if (text.includes('-----BEGIN')) {
    return invalid(prose`must contain certificates (\`${pemHeader}\`)`)
  }
  if (/[\r\n]/.test(text)) return invalid(prose`must be PEM text or the path of a PEM file`)
  try {
    const content = readFileSync(text, 'utf8')
    return content.includes(pemHeader)
      ? { pem: content, problems: [] }
      : invalid(prose`names the file \`${text}\`, which contains no certificate in PEM form`)
  } catch (error) {
    const { code = '' } = error as { code?: string }
    return invalid(prose`names the file \`${text}\`, which can't be read (${code})`)
  }
}
