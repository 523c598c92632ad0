import { describe, expect, test } from '@jest/globals'
import { headline } from '../../../src/core/message/commit.ts'
import { checkMessageTemplate, renderMessage } from '../../../src/core/message/headline.ts'
import { change, extraFile, manyChanges, runId } from '../../fixtures/changes.ts'
import { plainTexts } from '../../fixtures/plain-texts.ts'

const threeChanges = [
  change('created', { runId: runId(1) }),
  change('updated', { runId: runId(2), modelName: 'other' }),
  change('deleted', { runId: runId(3) }),
]

function render(template: string, changes = threeChanges): string {
  return headline(changes, template)
}

describe('placeholders', () => {
  test('count the changes and list the models', () => {
    expect(render('+${created} ~${updated} -${deleted} =${total}: ${models}')).toBe(
      '+1 ~1 -1 =3: my_model, other',
    )
  })

  test('list at most five models', () => {
    const changes = manyChanges(7).map((entry, index) => ({
      ...entry,
      modelName: `m${index}`,
    }))
    expect(render('${models}', changes)).toBe('m0, m1, m2, m3, m4 and 2 more')
    expect(render('${models}', changes.slice(2))).toBe('m2, m3, m4, m5, m6')
  })

  test('ignore what a change does not have', () => {
    const without = change('created', { modelName: null, modelVersion: null, runId: null })
    expect(render('${models}|${model.version}|${run.id}', [without, change('created')])).toBe(
      `my_model|3|${runId(1)}`,
    )
    expect(render('x|${models}|${model.version}|${run.id}', [without])).toBe('x|||')
    expect(render('x|${model.name}|${nonsense}', [])).toBe('x||')
  })

  test('name the index page if nothing else changes', () => {
    const pages = [extraFile()]
    const template = 'feat: ${models}, ${model.name}, ${total}, ${run.id}|'
    expect(headline([], template, pages)).toBe(
      'feat: the index of models, the index of models, 0, |',
    )
    expect(headline([change('created')], '${models}', pages)).toBe('my_model')
  })

  test('and blanks at both ends are nothing', () => {
    expect(renderMessage(' ${models} ', [])).toBe('')
  })

  test('give the model, version and run of a single change', () => {
    expect(render('${model.name}/${model.version} ${run.id}', [change('created')])).toBe(
      `my_model/3 ${runId(1)}`,
    )
  })

  test('give the value that several changes have in common, otherwise a count', () => {
    expect(render('feat: ${model.name} ${model.version} ${run.id}')).toBe(
      'feat: 2 models 2 versions 3 runs',
    )
    expect(render('${model.name} ${model.version}', manyChanges(2))).toBe('my_model 2 versions')
  })

  test('are optional: the default line counts the changes', () => {
    expect(headline(threeChanges)).toBe('Sync MLflow models: 1 created, 1 updated, 1 deleted')
    expect(headline([change('created')])).toBe('Add my_model version 3 (abc123de)')
  })

  test('that are all empty fall back to the default', () => {
    expect(render(' ${models} ', [change('created', { modelName: ' ' })])).toMatch(/^Add models/)
  })
})

describe("the user's own text", () => {
  test('keeps its meaning', () => {
    const template = 'sync models [skip ci] @octocat #12 https://ci.test/1'
    expect(render(template)).toBe(template)
  })

  test('does not activate text from MLflow', () => {
    const changesOfModel = (modelName: string) => [change('created', { modelName })]
    expect(render('[${model.name}] x', changesOfModel('skip ci'))).toBe('\uff3bskip ci] x')
    expect(render('@${model.name}', changesOfModel('team'))).toBe('\uff20team')
    expect(render('closes #${model.version}', changesOfModel('x'))).toBe('closes \uff033')
    expect(render('[skip ci] ${model.name}', changesOfModel('[skip ci]'))).toBe(
      '[skip ci] \uff3bskip ci]',
    )
  })
})

describe('checking a template', () => {
  test('accepts all known placeholders', () => {
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
    expect(plainTexts(problems[0])).toMatch(
      /^has the unknown placeholder `\$\{model\}`: did you mean `\$\{models\}`\?/,
    )
    expect(plainTexts(problems[1])).toMatch(/`\$\{toString\}`/)
  })

  test('rejects a placeholder without an end, and a second line', () => {
    expect(plainTexts(checkMessageTemplate('x ${total} ${created'))).toEqual([
      'has a `${` without a `}`',
    ])
    expect(checkMessageTemplate('$${created}{')).toEqual([])
    expect(plainTexts(checkMessageTemplate('x\ny'))).toEqual([
      'must be a single line without control characters',
    ])
  })
})
