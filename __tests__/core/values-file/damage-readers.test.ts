import { describe, expect, test } from '@jest/globals'
import { hasHelm, readAllWithHelm } from '../../../testing/helm.ts'
import { readContent } from '../../../src/core/values-file/file.ts'
import { acceptedElsewhere, conflict, damagedFiles } from '../../fixtures/broken-files.ts'
import { acceptedByPyYaml } from '../../../testing/readers/yaml.ts'

/** Whether PyYAML, libyaml or Helm accepts the syntax of each file. */
function isAccepted(files: readonly Uint8Array[]): boolean[] {
  const python = acceptedByPyYaml(files)
  const helm = hasHelm ? readAllWithHelm(files) : files.map(() => ({}))
  return files.map((_, index) => python[index] === true || 'value' in (helm[index] ?? {}))
}

test('every reader rejects the files that are known to be damaged', () => {
  const files = damagedFiles.map(([, file]) => Buffer.from(file))
  const accepted = isAccepted(files)
  expect(damagedFiles.filter((_, index) => accepted[index])).toEqual([])
})

test('some reader accepts each file that only npm yaml is known to reject', () => {
  const accepted = isAccepted(acceptedElsewhere.map(([, text]) => Buffer.from(text)))
  const rejected = acceptedElsewhere.filter((_, index) => !accepted[index])
  // Helm is the only one that accepts some of them.
  expect(hasHelm ? rejected : []).toEqual([])
})

describe('after a slip, a file that is damaged is rejected by every reader', () => {
  const files = {
    'with flow collections': `global: {runid: abc, modelid: "m-1", other: ['a', "b]"]}
args: ["--model", "{{ .Values.x }}", '--x=[1]', a "b" c] # see [d
list: [
  a, # note {x
  {b: c, "d":e, f:"g"},
  "h \\" i", j#k, http://x?y=1,
]
text: |
  it's [ {
last: 'l''m
  n'
`,
    'in JSON': '{\n  "global": {\n    "runid": "a\\"b",\n    "c": [1, {"d": null}]\n  }\n}\n',
    'with an indented root': '  a: [b, {c: "d"}]\n  # e\n  f: "g"\n',
  }

  test.each(Object.entries(files))('%s', (_, text) => {
    const slips = [...new Set(slipsOf(text))].map((slip) => Buffer.from(slip, 'latin1'))
    const damaged = slips.filter((slip) => readContent(slip).kind === 'damaged')
    const accepted = isAccepted(damaged)
    expect(damaged.filter((__, index) => accepted[index]).map(String)).toEqual([])
    expect(damaged.length).toBeGreaterThan(slips.length / 5)
  })
})

/** The text truncated, with a character missing or added, or with a merge conflict, at each place. */
function slipsOf(text: string): string[] {
  const marks = ['[', '}', '"', "'", '#', '\n', '\n\n', '\t', '\r', '\0', '\xe9', '...\n', '---\n']
  return Array.from(text).flatMap((character, at) => {
    const [before, after] = [text.slice(0, at), text.slice(at)]
    const mark = marks[at % marks.length] ?? ''
    const slips = [before, before + after.slice(1), before + mark + after]
    if (/[[\]{}"',:]/.test(character)) slips.push(before + character + after)
    if (character === '\n') slips.push(conflict(`${before}\n`, 'a: 1\n', 'a: 2\n', after.slice(1)))
    if (character === ' ') slips.push(before.trimEnd() + after.trimStart())
    return slips
  })
}
