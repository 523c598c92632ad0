import { afterAll, expect, test } from '@jest/globals'
import { fileCases, slipCases, variantCases } from '../../../testing/corpus/cases.ts'
import type { Case, Editor } from '../../../testing/corpus/editor.ts'
import { PythonJudge } from '../../../testing/corpus/python-judge.ts'
import { runCases } from '../../../testing/corpus/run.ts'
import { syntheticFiles } from '../../../testing/corpus/synthetic.ts'
import { editValues } from '../../../script/corpus-editor.ts'

/** The small part of the corpus: see testing/corpus/README.md. */

const python = new PythonJudge('mlflow-3')
afterAll(() => {
  python.close()
})

test.each<[string, () => Iterable<Case>]>([
  ['every kind of global', () => fileCases('files', syntheticFiles)],
  ['every variant', () => variantCases(syntheticFiles, syntheticFiles.length)],
  ['every slip', () => slipCases(syntheticFiles, syntheticFiles.length)],
])('Helm and PyYAML agree with the editor on %s of the synthetic files', async (_, cases) => {
  const outcomes = await runCases([...cases()], editValues, python)
  const violations = outcomes.filter((outcome) => outcome.violations.length > 0)
  expect(
    violations.map(({ case: { kind, bytes }, result, violations }) => ({
      ...{ kind, before: bytes.toString(), result, violations },
    })),
  ).toEqual([])
  expect(new Set(outcomes.map(({ result }) => result.kind))).toContain('updated')
})

test('the slips include files that are damaged, left alone and updated', async () => {
  const outcomes = await runCases([...slipCases(syntheticFiles, 2)], editValues, python)
  expect(new Set(outcomes.map(({ result }) => result.kind))).toEqual(
    new Set(['damaged', 'left alone', 'updated', 'unchanged']),
  )
})

/** An editor that changes what the real one writes. */
function careless(change: (text: string) => string): Editor {
  return (bytes, owned) => {
    const result = editValues(bytes, owned)
    return result.kind === 'updated' ? { ...result, text: change(result.text) } : result
  }
}

test.each<[string, Editor, RegExp]>([
  ['rewrites', () => ({ kind: 'damaged', problem: '' }), /^rewritten although Helm, libyaml/],
  ['loses a comment', careless((text) => text.replace(/#.*/, '')), /bytes changed|^inserted/],
  ['loses a line break', careless((text) => text.trimEnd()), /bytes changed|^inserted/],
  ['adds a line', careless((text) => `${text}# done\n`), /bytes changed|^inserted/],
  ['adds a space', careless((text) => text.replace(/^/m, ' ')), /./],
  ['changes a number', careless((text) => text.replace('8080', '8081')), /other values differ/],
  ['breaks the syntax', careless((text) => `${text}]\n`), /^Helm: does not read/],
  ['forgets a value', careless((text) => text.replace(/runid: .*/, 'runid: x')), /^Helm: runid is/],
  [
    'reads everything line by line',
    (bytes, owned) => ({ ...editValues(bytes, owned), isPlain: true }),
    /^read line by line although Helm, libyaml, PyYAML rejects it$/,
  ],
  ['does nothing', () => ({ kind: 'unchanged' }), /global is not a map|is (?:undefined|None)/],
])('the judges notice an editor that %s', async (_, editor, violation) => {
  const broken = { name: 'broken.yaml', bytes: Buffer.from('a: ]\n') }
  const cases = fileCases('files', [...syntheticFiles, broken])
  const outcomes = await runCases([...cases], editor, python)
  const violations = outcomes.flatMap((outcome) => outcome.violations)
  expect(violations).toContainEqual(expect.stringMatching(violation))
})
