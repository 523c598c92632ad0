import { expect } from '@jest/globals'
import { findViolations } from '../../testing/crds.ts'
import { onlyWhere } from '../../testing/only-where.ts'

const { test } = onlyWhere('CRDs')

const helmRelease = {
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'model' },
  spec: { interval: '5m', chartRef: { kind: 'OCIRepository', name: 'vllm' } },
}

const inferenceService = (container: object) => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: 'model' },
  spec: { predictor: { containers: [{ name: 'vllm', ...container }] } },
})

test.each<[string, object, string[]]>([
  ['accepts what the schema declares', {}, []],
  ['accepts any content where the schema preserves it', { values: { a: { b: [1] } } }, []],
  ['rejects an unknown field', { interval: '5m', valuez: {} }, ['/spec/valuez: unknown field']],
  [
    'rejects an unknown field within a list',
    { dependsOn: [{ name: 'a' }, { name: 'b', kind: 'X' }] },
    ['/spec/dependsOn/1/kind: unknown field'],
  ],
  ['rejects a wrong type', { suspend: 'yes' }, ['/spec/suspend: must be boolean']],
  [
    'rejects a value that is not in the list',
    { chartRef: { kind: 'Chart', name: 'vllm' } },
    ['/spec/chartRef/kind: must be equal to one of the allowed values'],
  ],
  [
    'rejects a missing field',
    { chartRef: { kind: 'OCIRepository' } },
    ["/spec/chartRef: must have required property 'name'"],
  ],
])('%s', (_name, spec, violations) => {
  const manifest = { ...helmRelease, spec: { ...helmRelease.spec, ...spec } }
  expect(findViolations(manifest)).toEqual(violations)
})

test('accepts a number or a string where Kubernetes does', () => {
  const limits = (cpu: unknown) => inferenceService({ resources: { limits: { cpu } } })
  expect(findViolations(limits(1))).toEqual([])
  expect(findViolations(limits('500m'))).toEqual([])
  expect(findViolations(limits(true)).length).toBeGreaterThan(0)
})

test('does not require what has a default', () => {
  // The protocol of a port is required in the schema, and TCP by default.
  expect(findViolations(inferenceService({ ports: [{ containerPort: 8080 }] }))).toEqual([])
})

test('names a kind without a CRD', () => {
  expect(() => findViolations({ ...helmRelease, apiVersion: 'helm.toolkit.fluxcd.io/v9' })).toThrow(
    'there is no CRD of helm.toolkit.fluxcd.io/v9 HelmRelease',
  )
})
