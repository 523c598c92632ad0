import { describe, expect, test } from '@jest/globals'
import { refersTo } from '../../../src/core/values-file/references.ts'

const global = 'global:\n  modelid: &id m-1\n  modelidx: &x m-2\n'

describe('a file refers to an owned value', () => {
  test.each([
    '{{ .Values.global.modelid }}',
    '/a/{{.Values.global.modelid}}/b',
    '{{ $.Values.global.modelid | quote }}',
    '{{- .Values.global.modelid -}}',
    '{{ (.Values.global).modelid }}',
    '{{ ((.Values).global).modelid }}',
    '{{ index .Values.global "modelid" }}',
    '{{ index  $.Values   "global"  "modelid" }}',
    '{{ index .Values.global `modelid` }}',
    '{{ (index .Values "global").modelid }}',
    '{{ get (get .Values "global") "modelid" }}',
    '{{ default "x" .Values.global.modelid }}',
    '{{ if not (empty .Values.global.modelid) }}a{{ end }}',
    '{{ with .Values.global }}a/{{ .modelid }}{{ end }}',
    '{{- with $.Values.global -}}a/{{ .modelid }}{{ end }}',
    '{{ with .Values }}a/{{ .global.modelid }}{{ end }}',
    '{{ $g := .Values.global }}a/{{ $g.modelid }}',
    '{{ pluck "modelid" .Values.global | first }}',
    '{{ dig "global" "modelid" "" .Values }}',
    '{{ (dig "modelid" "" .Values.global) | quote }}',
    '{{/* why */}}{{ .Values.global.modelid }}',
    '{{ .Values.global.modelid }}{{/* why */}}',
    '.Values.global.modelid',
  ])('with %j', (value) => {
    for (const scalar of [`'${value}'`, JSON.stringify(value), `|\n    ${value}\n`]) {
      expect(refersTo(`${global}a:\n  b: ${scalar}\n`, 'modelid')).toBe(true)
    }
    expect(refersTo(`${global}a: ['${value}']\n`, 'modelid')).toBe(true)
    expect(refersTo(`${global}a: {'${value}': 1}\n`, 'modelid')).toBe(true)
    expect(refersTo(`global:\n  b: '${value}'\n`, 'modelid')).toBe(true)
    expect(refersTo(`${global}a: '${value}'\n`, 'runid')).toBe(false)
  })

  test('with an expression over several lines', () => {
    expect(refersTo('a: >\n  {{ index .Values.global\n  "modelid" }}\n', 'modelid')).toBe(true)
  })

  test('in a file that cannot be read', () => {
    expect(refersTo('a: [\n  {{ .Values.global.modelid }}', 'modelid')).toBe(true)
  })

  test('after a comment without an end', () => {
    expect(refersTo("a: 'b {{/* .Values.global.modelid'\n", 'modelid')).toBe(true)
  })

  test('with an alias of its anchor', () => {
    expect(refersTo(`${global}a: {b: *id}\n`, 'modelid')).toBe(true)
  })
})

describe('a file does not refer to an owned value', () => {
  test.each([
    ['in a comment', '# {{ .Values.global.modelid }}\na: 1\n'],
    ['in a comment after a value', 'a: 1 # .Values.global.modelid\n'],
    ["in Helm's comment", "a: '{{/* .Values.global.modelid */}}'\n"],
    ["in Helm's trimmed comment", "a: '{{- /* .Values.global.modelid */ -}}x'\n"],
    ["in Helm's comment after blanks", "a: '{{  /* .Values.global.modelid */}}'\n"],
    ['as a word beside global', "a: '{{ with .Values.global }}{{ .x }}{{ end }} modelid'\n"],
    ['as a word beside .Values', "a: '{{ with .Values }}{{ .x }}{{ end }} modelid'\n"],
    ['in a map that is not .Values', "a: '{{ .Values.x }} global.modelid'\n"],
    ['with a longer name', "a: '{{ .Values.global.modelidx }} {{ .Values.global.modelId }}'\n"],
    ['with a map of another name', "a: '{{ .Values.globals.modelid }} {{ .Values.modelid }}'\n"],
    ['with another value of global', "a: '{{ .Values.global.runid }}/modelid'\n"],
    ['with the key elsewhere', 'a: {modelid: x, Values: {global: 1}}\n'],
    ['with an alias of another value', 'a: *x\n'],
    ['without anything else', ''],
  ])('%s', (_, rest) => {
    expect(refersTo(global + rest, 'modelid')).toBe(false)
  })

  test('if it has no such value, with an alias of nothing', () => {
    expect(refersTo('a: *nowhere\n', 'modelid')).toBe(false)
    expect(refersTo('', 'modelid')).toBe(false)
  })

  test('with an alias of an anchor that a later value took over', () => {
    expect(refersTo(`${global}a: &id b\nc: *id\n`, 'modelid')).toBe(false)
  })
})
