import { describe, expect, test } from '@jest/globals'
import { headline as firstLine } from '../../../src/core/message/commit.ts'
import { checkMessageTemplate } from '../../../src/core/message/headline.ts'
import { change, manyChanges, runId } from '../../fixtures/changes.ts'

const three = [
  change('created', { runId: runId(1) }),
  change('updated', { runId: runId(2), modelName: 'other' }),
  change('deleted', { runId: runId(3) }),
]

const headline = (template: string, changes = three): string => firstLine(changes, template)

describe('placeholders', () => {
  test('count the changes and list the models', () => {
    expect(headline('+${created} ~${updated} -${deleted} =${total}: ${models}')).toBe(
      '+1 ~1 -1 =3: my_model, other',
    )
  })

  test('list at most five models', () => {
    const changes = manyChanges(7).map((entry, index) => ({
      ...entry,
      modelName: `m${index}`,
    }))
    expect(headline('${models}', changes)).toBe('m0, m1, m2, m3, m4 and 2 more')
  })

  test('name model, version and run of a single change', () => {
    expect(headline('${model.name}/${model.version} ${run.id}', [change('created')])).toBe(
      `my_model/3 ${runId(1)}`,
    )
  })

  test('say what several changes have in common, else how many there are', () => {
    expect(headline('feat: ${model.name} ${model.version} ${run.id}')).toBe(
      'feat: 2 models 2 versions 3 runs',
    )
    expect(headline('${model.name} ${model.version}', manyChanges(2))).toBe('my_model 2 versions')
  })

  test('are not needed: without a template the line counts the changes', () => {
    expect(firstLine(three)).toBe('Sync MLflow models: 1 created, 1 updated, 1 deleted')
    expect(firstLine([change('created')])).toBe('Add my_model version 3 (abc123de)')
  })

  test('that give nothing leave the default', () => {
    expect(headline(' ${models} ', [change('created', { modelName: ' ' })])).toMatch(/^Add models/)
  })
})

describe("the user's own words", () => {
  test('keep their meaning', () => {
    const own = 'sync models [skip ci] @octocat #12 https://ci.test/1'
    expect(headline(own)).toBe(own)
  })

  test('do not lend it to text from MLflow', () => {
    const named = (modelName: string) => [change('created', { modelName })]
    expect(headline('[${model.name}] x', named('skip ci'))).toBe('\uff3bskip ci] x')
    expect(headline('@${model.name}', named('team'))).toBe('\uff20team')
    expect(headline('closes #${model.version}', named('x'))).toBe('closes \uff033')
    expect(headline('[skip ci] ${model.name}', named('[skip ci]'))).toBe('[skip ci] \uff3bskip ci]')
  })
})

describe('checking a template', () => {
  test('finds nothing wrong with what is known', () => {
    expect(checkMessageTemplate('')).toEqual([])
    expect(
      checkMessageTemplate(
        '${created}${updated}${deleted}${total}${models}${model.name}${model.version}${run.id} $5 {x}',
      ),
    ).toEqual([])
  })

  test('names every unknown placeholder', () => {
    const problems = checkMessageTemplate('${model} ${created} ${toString}')
    expect(problems).toHaveLength(2)
    expect(problems[0]).toMatch(/^unknown placeholder `\$\{model\}`: use `\$\{created\}`, /)
    expect(problems[1]).toMatch(/`\$\{toString\}`/)
  })

  test('refuses a placeholder without an end, and a second line', () => {
    expect(checkMessageTemplate('x ${created')).toHaveLength(1)
    expect(checkMessageTemplate('x\ny')).toEqual([
      'must be a single line without control characters',
    ])
  })
})
