import { describe, expect, test } from '@jest/globals'
import { parseTemplate, usesField } from '../../../src/core/template/parse.ts'
import { parseSegments } from '../../../src/core/template/placeholder.ts'
import { plain } from '../../../src/core/text/prose.ts'
import { describeFlaw } from '../../../src/core/values-file/flaw.ts'
import { parseValidTemplate } from '../../fixtures/templates.ts'
import { plainTexts } from '../../fixtures/plain-texts.ts'

function problemsOf(text: string): readonly string[] {
  const parsed = parseTemplate(text)
  return parsed.ok ? [] : parsed.flaws.map((flaw) => plain(describeFlaw(flaw)))
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
        fallback: ['1:-2'],
        isJson: false,
        label: '${run.params.lr/a b.c-d}',
        line: 2,
      },
      { field: 'model.name', fallback: undefined, isJson: false, label: '${model.name}', line: 3 },
      {
        field: 'model.version',
        fallback: undefined,
        isJson: false,
        label: '${model.version}',
        line: 4,
      },
      { field: 'model.aliases', fallback: [], isJson: false, label: '${model.aliases}', line: 7 },
      {
        field: 'run.tags',
        key: 'k',
        fallback: undefined,
        isJson: false,
        label: '${run.tags.k}',
        line: 8,
      },
    ])
  })

  test.each([
    'a: {<<: [{b: 1}, {c: 1}]}\nd: &d {e: 1}\nf: {<<: *d}\ng: [*d]',
    'a:\n  <<: ${json:run.params.x}\nb: &b ${json:run.params.x}\nc:\n  <<:\n    - *b',
  ])('can have aliases and merge keys: %j', (text) => {
    expect(problemsOf(text)).toEqual([])
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
      'g: "${run.params.x:-{${run.id}}"',
    ].join('\n')
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^line 1: `global` is a list, not a map$/),
      expect.stringMatching(
        /^line 2: unknown placeholder `\$\{run\.parms\.x\}`: did you mean `\$\{run\.params\.x\}`\?$/,
      ),
      expect.stringMatching(/^line 3: `\$\{run\.id` has no closing `\}`/),
      expect.stringMatching(
        /^line 6: unknown placeholder `\$\{HOME\}` \(write `\$\$\{` for a literal/,
      ),
      expect.stringMatching(/^line 7: .*tag:yaml\.org,2002:int/),
      expect.stringMatching(/^line 8: .*no closing `\}`: quote/),
      expect.stringMatching(
        /^line 9: unknown placeholder `\$\{run\.params\.\}`: did you mean `\$\{run\.params\.NAME\}`/,
      ),
      expect.stringMatching(/^line 10: the fallback .* can't contain `\{`/),
    ])
  })

  test('has each of several errors in one scalar reported with its own line', () => {
    expect(problemsOf('a: ${no}\n  ${no}\n  x ${no}\nb: >-\n  ${no\n  x}\n')).toEqual([
      expect.stringMatching(/^line 1: unknown placeholder `\$\{no\}`/),
      expect.stringMatching(/^line 2: unknown placeholder `\$\{no\}`/),
      expect.stringMatching(/^line 3: unknown placeholder `\$\{no\}`/),
      expect.stringMatching(/^line 4: unknown placeholder `\$\{no x\}`/),
    ])
  })

  test.each([
    ['a: "x\nb: 1', /^line 2: not valid YAML: Missing closing "quote$/],
    ['a: "b" ] }', /^line 1: not valid YAML: Unexpected flow-seq-end/],
    ['a: 1\nb: [${run.id}]', /^line 2: not valid YAML: .*needs quotes/],
    ['a: ${run.params.x:-b: c}', /^line 1: not valid YAML: .*needs quotes/],
    ['a: 1\na: 2', /^line 2: not valid YAML: Map keys must be unique/],
    ['a: 1\n---\nb: 1', /^line 2: a second YAML document/],
    ['- a', /^line 1: the template must be a map/],
    ['', /^line 1: the template must be a map/],
    ['# only a comment\n', /^line 1: the template must be a map/],
    ['a: &x {b: 1}\nglobal: *x', /^line 2: `global` is an alias/],
    ['global: ${run.id}', /^line 1: `global` is a single value/],
    ['a: 1\nglobal:\n  runid: [1]', /^line 3: .*runid/],
    ['a: "${run.params.x:-{{ .Values.x }}}"', /^line 1: the fallback .* can't contain/],
    [
      'ingress:\n  host: *.example.com',
      /^line 2: YAML reads `\*\.example\.com` as an alias, .*: quote a text: `'\*\.example\.com'`$/,
    ],
    ['b: *x\na: &x 1', /^line 1: YAML reads `\*x` as an alias/],
    ['a: 1\nb:\n  <<: 5', /^line 3: `<<` must have a map, or an alias of a map$/],
    ['a: 1\nb:\n  <<:', /^line 3: `<<` must have a map/],
    ['a: &x\n  b: [*x]', /^line 2: the alias `\*x` refers to what it is in/],
    ['a: 1\nb:\n  <<: ${run.params.x}', /^line 3: `<<` must have a map/],
  ])('such as %j is reported', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(problem)])
  })
})

describe('an unknown placeholder', () => {
  test.each([
    ['${run.parms.lr}', '${run.params.lr}'],
    ['${rum.params.lr:-1}', '${run.params.lr:-1}'],
    ['${params.lr}', undefined],
    ['${run.metrcs.loss}', '${run.metrics.loss}'],
    ['${run.params}', '${run.params.NAME}'],
    ['${model.tag.stage}', '${model.tags.stage}'],
    ['${model.versoin}', '${model.version}'],
    ['${Model.Name}', '${model.name}'],
    ['${modelname}', '${model.name}'],
    ['${run_id}', '${run.id}'],
    ['${experiment.nam}', '${experiment.name}'],
    ['${run.id.x}', undefined],
    ['${model.foo}', undefined],
    ['${HOME}', undefined],
  ])('%s is reported with the one that was meant: %s', (source, suggestion) => {
    const parsed = parseTemplate(`a: ${source}\n`)
    const name = source.replace(':-1', '')
    const hint =
      suggestion === undefined
        ? ' (write `$${` for a literal `${`)'
        : `: did you mean \`${suggestion}\`?`
    expect(plainTexts(parsed)).toEqual({
      ok: false,
      flaws: [{ line: 1, problem: `unknown placeholder \`${name}\`${hint}` }],
      needsNames: suggestion === undefined,
    })
  })
})

describe('a slip in a placeholder', () => {
  test.each([
    [
      '${ run.id }',
      /^line 2: `\$\{ run\.id \}` has blanks around its name: write `\$\{run\.id\}`$/,
    ],
    ['${run.id\u200b}', /blanks around its name: write `\$\{run\.id\}`$/],
    ['${run .params. n }', /blanks .*: write `\$\{run\.params\.n\}`$/],
    ['${run.params.n :-4}', /blanks .*: write `\$\{run\.params\.n:-4\}`$/],
    ['${run.params.a b\t:-}', /blanks .*: write `\$\{run\.params\.a b:-\}`$/],
    [
      '${run.params.n:=4}',
      /has `:=`, but only `:-` starts a fallback: write `\$\{run\.params\.n:-fallback\}`$/,
    ],
    ['${run.params.n:?none}', /has `:\?`, but/],
    ['${run.params.n:+4}', /has `:\+`, but/],
    ['${run.params.n : -4}', /has `: -`, but .*: write `\$\{run\.params\.n:-fallback\}`$/],
    ['${run.params.n:–4}', /has `:–`, but/],
    ['${run.id:=4}', /write `\$\{run\.id:-fallback\}`$/],
    [
      '${run.params.n:-{}}',
      /fallback in `\$\{run\.params\.n:-\{\}` can't contain `\{`, except in another placeholder/,
    ],
    ['${run.params.n:-{"a":1}}', /can't contain `\{`/],
    ['${run.params.n=4}', /can't have a value: .* but not `=` \(a fallback starts with `:-`\)$/],
    ['${run.params.n|4}', /but not `\|`/],
    ['${run.params.${run.id}}', /but not `\$`/],
    ['${run.params.a\u200bb}', /but not `U\+200B`/],
    ['${run.params.a\u00adb}', /but not `U\+00AD`/],
    ['${  run.id\u200b }', /has blanks around its name: write `\$\{run\.id\}`$/],
    ['${run.id  ', /^line 2: `\$\{run\.id` has no closing `\}`/],
    ['${}', /unknown placeholder `\$\{\}` \(write/],
    ['${:-x}', /unknown placeholder `\$\{\}` \(write/],
    ['${:-{}', /fallback in/],
    ['${run}', /unknown placeholder/],
    ['${.}', /unknown placeholder/],
    ['${run.params}', /unknown placeholder/],
    ['${run.params. }', /unknown placeholder/],
    ['${run.id.x}', /unknown placeholder/],
    ['${ HOME }', /unknown placeholder `\$\{ HOME \}` \(write/],
    ['${HOME:=x}', /unknown placeholder `\$\{HOME:=x\}` \(write/],
  ])('such as %s is reported, with how to write it', (source, problem) => {
    expect(plainTexts(problemsOf(`a: |\n  ${source}\n`))).toEqual([expect.stringMatching(problem)])
  })

  test.each([
    '${run.params.a b.c/d:e-f_é1}',
    '${run.params.n:- a = b? }',
    '$${ run.id } $${x:=y}',
    '{{ .Values.x }} {{ "${ run.id }" }} ${{ github.x || format("{0}", y) }}',
    '${run.params.n:-1}}',
    '{"n": ${run.params.n:-1}, "f": {run.id}}',
  ])('is not seen in %s', (source) => {
    expect(problemsOf(`a: |\n  ${source}\n`)).toEqual([])
  })
})

describe('a template is split in linear time', () => {
  test.each([
    ['braces that are not closed', '{{'.repeat(200_000)],
    ['GitHub expressions that are not closed', '${{'.repeat(200_000)],
    ['placeholders that are not closed', '${'.repeat(200_000)],
    ['expressions that are closed', '{{}}'.repeat(100_000)],
    ['blanks in a name', `\${run.params.${' '.repeat(200_000)}x${' '.repeat(200_000)}}`],
    ['colons in a name', `\${run.params.${': '.repeat(200_000)}x}`],
  ])('with many %s', (_, text) => {
    expect(
      parseSegments(text)
        .map(({ source }) => source)
        .join(''),
    ).toBe(text)
  })
})

describe('a placeholder as a fallback', () => {
  test('may be nested, and have text around it', () => {
    const [segment, ...others] = parseSegments(
      '${run.params.n:-a $5 ${model.tags.n:-${run.tags.n:-}b}c}',
    )
    expect(others).toEqual([])
    const inner = { isJson: false, key: 'n' }
    expect(segment).toMatchObject({
      kind: 'placeholder',
      placeholder: {
        ...inner,
        field: 'run.params',
        label: '${run.params.n}',
        fallback: [
          'a $5 ',
          {
            ...inner,
            field: 'model.tags',
            label: '${model.tags.n}',
            fallback: [{ ...inner, field: 'run.tags', fallback: [] }, 'b'],
          },
          'c',
        ],
      },
    })
  })

  test('counts as used', () => {
    const template = parseValidTemplate(
      'a: "${run.params.n:-${model.tags.n:-${registered_model.tags.n:-1}}}"\n',
    )
    expect(usesField(template, 'registered_model.tags')).toBe(true)
    expect(usesField(template, 'model.aliases')).toBe(false)
  })

  test.each([
    [
      '${run.params.n:-${model.tags.n:-4096}',
      /^line 3: `\$\{run\.params\.n:-\$\{model\.tags\.n:-4096\}` has no closing/,
    ],
    ['${run.params.n:-${model.tags.n:-4096', /^line 3: .* has no closing/],
    ['${run.params.n:-${ model.tags.n }}', /blanks around its name: write `\$\{model\.tags\.n\}`/],
    ['${run.params.n:-${model.tags.n:=4}}', /has `:=`, but only `:-`/],
    ['${run.params.n:-${model.tag.n:-4}}', /did you mean `\$\{model\.tags\.n:-4\}`/],
    ['${run.params.n:-${HOME}}', /unknown placeholder `\$\{HOME\}`/],
    ['${run.params.n:-a{${run.id}}', /can't contain `\{`/],
    ['${run.params.n:-$${HOME}}', /can't contain `\{`/],
    ['${run.params.n:-${{ github.sha }}}', /can't contain `\{`/],
    ['${run.params.n:-${json:run.tags.n}}', /can't contain `json:`/],
    [`${'${run.params.n:-'.repeat(12)}1${'}'.repeat(12)}`, /can't contain `\{`/],
  ])('such as %s is reported with its line', (source, problem) => {
    expect(problemsOf(`a: |\n  fine\n  ${source}\n`)).toEqual([expect.stringMatching(problem)])
  })

  test('is parsed in linear time', () => {
    for (const text of ['${run.id:-'.repeat(100_000), '${run.id:-${run.id}}'.repeat(50_000)]) {
      expect(
        parseSegments(text)
          .map(({ source }) => source)
          .join(''),
      ).toBe(text)
    }
  })
})

describe('a JSON placeholder', () => {
  test.each([
    ['${json:run.parms.x}', /did you mean `\$\{json:run\.params\.x\}`/],
    ['${json: run.params.x}', /has blanks around its name: write `\$\{json:run\.params\.x\}`/],
    ['${JSON:run.params.x}', /must be spelled in lower case: write `\$\{json:run\.params\.x\}`/],
    ['${json:run.params.x:=1}', /has `:=`, .*: write `\$\{json:run\.params\.x:-fallback\}`/],
    ['${json:json:run.params.x}', /unknown placeholder/],
    ['${json:}', /unknown placeholder `\$\{json:\}`/],
    ['${json}', /unknown placeholder/],
    ['${json:HOME}', /unknown placeholder `\$\{json:HOME\}` \(write/],
    [
      '${json:run.params.x:-none}',
      /fallback of `\$\{json:run\.params\.x\}` can't be used, because its value is not JSON/,
    ],
    [
      '${json:run.params.x:-{}}',
      /can't contain `\{`, so it can't be a map: write `null`, or another placeholder/,
    ],
    ['${json:run.params.x:-[9007199254740993]}', /can't be used, because .* would round/],
  ])('such as %s is reported', (source, problem) => {
    expect(problemsOf(`a: |\n  ${source}\n`)).toEqual([expect.stringMatching(problem)])
  })

  test.each([
    'a: ${json:run.params.x:-["--opt: x"]}',
    'a: {b: ${json:run.params.x}}',
    'a: [${json:run.params.x}]',
    'a: ${json:run.params.x:-{"a": 1}}',
  ])('that breaks the YAML is not told to be quoted: %s', (text) => {
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(
        /^line 1: not valid YAML: (?!.*quotes).* write it on a line of its own/,
      ),
    ])
  })
})
