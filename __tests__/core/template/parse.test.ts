import { describe, expect, test } from '@jest/globals'
import { parseTemplate } from '../../../src/core/template/parse.ts'
import { parseValidTemplate } from '../../fixtures/templates.ts'

function problemsOf(text: string): readonly string[] {
  const parsed = parseTemplate(text)
  return parsed.ok ? [] : parsed.problems
}

describe('a valid template', () => {
  test('yields its placeholders with key, fallback and line', () => {
    const template = parseValidTemplate(
      [
        '# ${run.id} in a comment is ignored',
        'a: ${run.params.lr/a b.c-d:-1:-2}',
        'b: "${model.name}',
        '  and ${model.version}"',
        'c: |',
        '  $${run.id} {{ "${run.id}" }} ${{ format("${run.id}") }}',
        '  ${model.aliases:-}',
        '${run.tags.k}: x',
      ].join('\n'),
    )
    expect(template.placeholders).toEqual([
      {
        field: 'run.params',
        key: 'lr/a b.c-d',
        fallback: '1:-2',
        label: '${run.params.lr/a b.c-d}',
        line: 2,
      },
      { field: 'model.name', fallback: undefined, label: '${model.name}', line: 3 },
      { field: 'model.version', fallback: undefined, label: '${model.version}', line: 4 },
      { field: 'model.aliases', fallback: '', label: '${model.aliases}', line: 7 },
      { field: 'run.tags', key: 'k', fallback: undefined, label: '${run.tags.k}', line: 8 },
    ])
  })

  test.each(['a: 1', 'global:\nvllm: {}', 'global:\n  team: x\n', '\ufeffa: ${run.id}\r\n', '{}'])(
    'can be %j',
    (text) => {
      expect(problemsOf(text)).toEqual([])
    },
  )
})

describe('an invalid template', () => {
  test('has all its errors reported at once, in order, each with its line', () => {
    const text = [
      'global: []',
      'a: ${run.parms.x}',
      'b: "${run.id"',
      'c: |',
      '  fine',
      '  ${HOME}',
      'd: !!int ${run.id}',
      'e: ${run.params.x:-b # c}',
      'f: "${run.params.}"',
      'g: "${run.params.x:-${run.id}}"',
    ].join('\n')
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^line 1: .*global is a list, not a map/),
      expect.stringMatching(
        /^line 2: unknown placeholder \$\{run\.parms\.x\}; there are run\.id, /,
      ),
      expect.stringMatching(/^line 3: \$\{run\.id has no closing \}/),
      expect.stringMatching(
        /^line 6: unknown placeholder \$\{HOME\};.* \(write \$\$\{ for a literal/,
      ),
      expect.stringMatching(/^line 7: .*tag:yaml\.org,2002:int/),
      expect.stringMatching(/^line 8: .*no closing \} \(quote/),
      expect.stringMatching(/^line 9: unknown placeholder \$\{run\.params\.\}/),
      expect.stringMatching(/^line 10: the fallback .* is literal text/),
    ])
  })

  test.each([
    ['a: "x\nb: 1', /^line \d: not valid YAML/],
    ['a: 1\nb: [${run.id}]', /^line 2: not valid YAML: .*needs quotes/],
    ['a: ${run.params.x:-b: c}', /^line 1: not valid YAML: .*needs quotes/],
    ['a: 1\na: 2', /^line 2: not valid YAML: Map keys must be unique/],
    ['a: 1\n---\nb: 1', /^line 2: a second document/],
    ['- a', /^line 1: the template must be a map/],
    ['', /^line 1: the template must be a map/],
    ['# only a comment\n', /^line 1: the template must be a map/],
    ['a: &x {b: 1}\nglobal: *x', /^line 2: .*global is an alias/],
    ['global: ${run.id}', /^line 1: .*global is a single value/],
    ['a: 1\nglobal:\n  runid: [1]', /^line 2: .*runid/],
    ['a: "${run.params.x:-{{ .Values.x }}}"', /^line 1: the fallback .* can't hold/],
  ])('such as %j is reported', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(problem)])
  })
})
