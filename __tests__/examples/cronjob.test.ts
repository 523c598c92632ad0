import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { exampleFolder } from '../../testing/examples.ts'
import { parseManifests, validateManifests } from '../../testing/kubernetes.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
const root = join(import.meta.dirname, '../..')
const example = exampleFolder('cronjob')
const dockerfile = readFileSync(join(example, 'Dockerfile'), 'utf8')
const manifest = readFileSync(join(example, 'cronjob.yaml'), 'utf8')

/** Arguments of each instruction of a kind in the Dockerfile. */
const instructions = (name: string): string[] =>
  [...dockerfile.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].map(([, text = '']) => text)
const listOf = (name: string): string[] => JSON.parse(instructions(name)[0] ?? '') as string[]

/** A folder with nothing but the files that the image would have on top of Node.js. */
const image = mkdtempSync(join(tmpdir(), 'image-'))
const [folder = ''] = instructions('WORKDIR')
afterAll(() => rmSync(image, { recursive: true, force: true }))

beforeAll(() => {
  for (const copy of instructions('COPY')) {
    const paths = copy.split(' ')
    const target = join(image, folder, paths.pop() ?? '')
    mkdirSync(target, { recursive: true })
    // As Docker does: the content of a folder, or a file into a folder.
    for (const path of paths) {
      cpSync(join(root, path), path.endsWith('/') ? target : join(target, path), {
        recursive: true,
      })
    }
  }
})

/** Runs the program of the image with these arguments, as a container does. */
async function runContainer(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [program, script = '', ...more] = listOf('ENTRYPOINT')
  expect(program).toBe('node')
  const command = [join(image, script), ...more, ...args]
  const child = spawn(process.execPath, command, { cwd: join(image, folder), env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { exitCode, output }
}

describe('the Dockerfile', () => {
  test('copies all that the bundle needs', async () => {
    const { exitCode, output } = await runContainer(listOf('CMD'))
    expect(output).toMatch(/^Usage: /m)
    expect(exitCode).toBe(0)
  })

  test('has the major version of Node.js that the action has', () => {
    const { runs } = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
      runs: { using: string }
    }
    expect(instructions('FROM')).toEqual([`${runs.using.replace('node', 'node:')}-alpine`])
  })
})

type Variable = {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } }
}
type Container = {
  readonly image: string
  readonly imagePullPolicy: string
  readonly args: readonly string[]
  readonly env: readonly Variable[]
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}
type Pod = {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number }
  readonly containers: readonly [Container]
  readonly volumes: readonly { readonly name: string; readonly emptyDir?: object }[]
}
type CronJob = {
  readonly metadata: { readonly namespace: string }
  readonly spec: {
    readonly schedule: string
    readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: Pod } } }
  }
}

describe('the CronJob', () => {
  const { metadata, spec } = parse(manifest) as CronJob
  const pod = spec.jobTemplate.spec.template.spec
  const [{ image: imageName, args, env, volumeMounts }] = pod.containers

  test('is valid', () => {
    expect(validateManifests(parseManifests(manifest))).toEqual([])
  })

  test('never starts on the hour', () => {
    const [minutes = ''] = spec.schedule.split(' ')
    expect(minutes).toMatch(/^[1-9]\d?(,[1-9]\d?)*$/)
  })

  test('runs one sync at a time, within its limits', () => {
    expect(spec).toMatchObject({
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 300,
      jobTemplate: { spec: { backoffLimit: 0, activeDeadlineSeconds: 600 } },
    })
  })

  test('has no privileges', () => {
    expect(pod).toMatchObject({
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(pod.containers).toEqual([
      expect.objectContaining({
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: {
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        },
      }),
    ])
  })

  test('takes its image and its secret from where the comments create them', () => {
    expect(dockerfile).toContain(`--tag ${imageName} `)
    const [, secret, namespace] =
      /kubectl create secret generic (\S+) --namespace (\S+) --from-env-file/.exec(manifest) ?? []
    expect(metadata.namespace).toBe(namespace)
    const tokens = [...manifest.matchAll(/ (\w+)=…/g)].map(([, name]) => name)
    expect(tokens.toSorted()).toEqual(['GITHUB_TOKEN', 'MLFLOW_TRACKING_TOKEN'])
    for (const token of tokens) {
      const variable = env.find(({ name }) => name === token)
      expect(variable?.valueFrom).toEqual({ secretKeyRef: { name: secret, key: token } })
    }
  })

  test('takes an image that was built again under the same tag', () => {
    expect(pod.containers[0].imagePullPolicy).toBe('Always')
  })

  test('names the host that MLflow has to allow', () => {
    const address = env.find(({ name }) => name === 'MLFLOW_TRACKING_URI')?.value ?? ''
    const [, allowed] = /--allowed-hosts ([^,\s]+),/.exec(manifest) ?? []
    // MLflow compares all of the header, which has the port.
    expect(allowed).toBe(new URL(address).host)
  })

  test('runs as the user of the image, which may write to /tmp alone', () => {
    const { runAsUser, runAsGroup } = pod.securityContext
    expect(instructions('USER')).toEqual([`${runAsUser}:${runAsGroup}`])
    expect(volumeMounts).toEqual([{ name: 'tmp', mountPath: '/tmp' }])
    expect(pod.volumes).toMatchObject([{ name: 'tmp', emptyDir: {} }])
  })

  test('writes the values file of each version with the alias, in one commit', async () => {
    const project = world.createProject({ name: 'acme/deployments' })
    const deployed = await project.register('deployed')
    await project.register('other')
    await world.api.setAlias(deployed.name, 'production', deployed.version)
    const ofTheWorld: Readonly<Record<string, string>> = {
      MLFLOW_TRACKING_URI: world.mlflow.url,
      MLFLOW_TRACKING_TOKEN: 'not-needed-here',
      GITHUB_TOKEN: world.github.token,
    }
    expect(env.map(({ name }) => name)).toEqual(Object.keys(ofTheWorld))
    // Both tokens come from the secret.
    expect(env.map(({ value }) => value !== undefined)).toEqual([true, false, false])
    const { exitCode, output } = await runContainer([...args, `--models=${project.model('*')}`], {
      ...ofTheWorld,
      GITHUB_API_URL: world.github.apiUrl,
      GITHUB_GRAPHQL_URL: world.github.graphqlUrl,
    })
    expect([exitCode, exitCode === 0 ? '' : output]).toEqual([0, ''])
    const files = project.repository.paths('main', 'deploy')
    expect(files).toEqual([`deploy/values/${deployed.runId}.yaml`])
    expect(project.repository.commitCount()).toBe(2)
    expect(output).not.toContain(world.github.token)
  })
})
