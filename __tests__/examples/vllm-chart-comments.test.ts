import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { exampleFolder } from '../../testing/examples.ts'
import { findManifest, validateManifests, type Manifest } from '../../testing/kubernetes.ts'
import { useWorld } from '../../testing/use-world.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { exampleCharts, podOf, renderExample, syncValues } from '../fixtures/example-charts.ts'

const chart = exampleFolder('vllm-chart')
const world = await useWorld({ version: 3 })
const { files, inputs } = exampleCharts['vllm-chart']
const project = world.createProject({ files })
await project.register('my_model')
const defaults = await syncValues(world, project, inputs)

/** The values after somebody did what the comment above or below a key says about its example. */
function useExample(values: string, key: string, mark = /^( *)# /gm): string {
  const place = new RegExp(`^( *${key}:) (?:\\{\\}|\\[\\])\\n((?: *# {3}.*\\n)+)`, 'm')
  expect(values).toMatch(place)
  return values.replace(
    place,
    (_, start: string, lines: string) => `${start}\n${lines.replaceAll(mark, '$1')}`,
  )
}

const { describe: describeWithHelm } = onlyWhere('Helm')
const withShell = onlyWhere('shell scripts')

const initContainer = z.object({
  command: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  volumeMounts: z.array(z.record(z.string(), z.unknown())),
})

describeWithHelm('the commented examples of a generated file', () => {
  withShell.test('the init container of the template waits for the files of the model', () => {
    const values = useExample(defaults, 'initContainers')
    const pod = podOf(renderExample(chart, values))
    const path = podOf(renderExample(chart, defaults)).containers[0].args[0]
    const [{ command, env, volumeMounts } = {}] = z.array(initContainer).parse(pod.initContainers)
    expect(env).toEqual([{ name: 'MODEL', value: path }])
    expect(pod.containers[0].volumeMounts).toEqual(expect.arrayContaining(volumeMounts ?? [{}]))

    const folder = mkdtempSync(join(tmpdir(), 'model-'))
    const wait = (environment: Readonly<Record<string, string>>) =>
      spawnSync('sh', command?.slice(1) ?? [], {
        env: { PATH: process.env.PATH, ...environment },
        timeout: 1000,
      })
    try {
      expect(wait({ MODEL: folder }).signal).toBe('SIGTERM')
      writeFileSync(join(folder, 'config.json'), '{}')
      expect(wait({ MODEL: folder }).status).toBe(0)
      // In a chart that does not set it, nothing would ever be found.
      expect(wait({}).status).toBeGreaterThan(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  const pod = (property: string, expected: unknown) => (manifests: readonly Manifest[]) =>
    expect(podOf(manifests)).toHaveProperty(property, expected)
  const ingress = (property: string, expected: unknown) => (manifests: readonly Manifest[]) =>
    expect(findManifest(manifests, 'Ingress')).toHaveProperty(property, expected)

  test.each([
    ['affinity', pod('affinity', { podAntiAffinity: expect.anything() })],
    ['initContainers', pod('initContainers', [expect.anything()])],
    [
      'annotations',
      ingress('metadata.annotations', {
        'nginx.ingress.kubernetes.io/proxy-read-timeout': '600',
      }),
    ],
    ['hosts', ingress('spec.rules.0.host', 'models.example.com')],
    ['tls', ingress('spec.tls.0.hosts', ['models.example.com'])],
  ])('take effect where their comment says: %s', (key, verify) => {
    const enabled = defaults.replace(
      '  ingress:\n    enabled: false',
      '  ingress:\n    enabled: true',
    )
    // An ingress needs a host.
    const values = key === 'hosts' ? enabled : useExample(enabled, 'hosts')
    for (const mark of [/^( *)#/gm, /^( *)# /gm]) {
      const manifests = renderExample(chart, useExample(values, key, mark))
      verify(manifests)
      expect(validateManifests(manifests)).toEqual([])
    }
  })
})

test('no commented example has a key that is there already', () => {
  // YAML readers ignore the first of two, or refuse the file.
  for (const [, indent, key = ''] of defaults.matchAll(/^( *)# (\w+):/gm)) {
    expect(defaults).not.toMatch(new RegExp(`^${indent}${key}:`, 'm'))
  }
})
