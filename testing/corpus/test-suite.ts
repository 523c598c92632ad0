import { parse } from 'yaml'
import type { CorpusFile } from './sources.ts'

/** Inputs of one file of the yaml-test-suite, which writes invisible characters as visible ones. */
export function readTestCases(name: string, text: string): CorpusFile[] {
  const cases = parse(text) as { yaml?: string }[]
  return cases.flatMap(({ yaml }, index) =>
    yaml === undefined
      ? []
      : [{ name: `${name}#${index}`, bytes: Buffer.from(withInvisibleCharacters(yaml)) }],
  )
}

function withInvisibleCharacters(yaml: string): string {
  return yaml
    .replaceAll('␣', ' ')
    .replaceAll(/—*»/g, '\t')
    .replaceAll('←', '\r')
    .replaceAll('⇔', '\uFEFF')
    .replaceAll('↵', '')
    .replace(/∎\n$/, '')
}
