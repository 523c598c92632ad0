import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { readInputs } from '../../src/inputs/inputs.ts'
import { exampleFolder } from '../fixtures/example-folder.ts'
import { validateWithKubernetes } from '../fixtures/kubernetes.ts'

const root = join(import.meta.dirname, '../..')
const example = exampleFolder('cronjob')
const manifest = join(example, 'cronjob.yaml')
const dockerfile = readFileSync(join(example, 'Dockerfile'), 'utf8')

/** Arguments of each instruction of a kind in the Dockerfile. */
const instructions = (name: string): string[] =>
  [...dockerfile.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].map(([, text = '']) => text)

const image = mkdtempSync(join(tmpdir(), 'image-'))
afterAll(() => rmSync(image, { recursive: true, force: true }))

describe('the Dockerfile', () => {
  test('copies all that the bundle needs', () => {
    const [folder = ''] = instructions('WORKDIR')
    for (const copy of instructions('COPY')) {
      const paths = copy.split(' ')
      const target = join(image, folder, paths.pop() ?? '')
      for (const path of paths) {
        // As Docker does: the content of a folder, and a file into a folder.
        const isFolder = path.endsWith('/')
        mkdirSync(isFolder ? target : dirname(join(target, path)), { recursive: true })
        cpSync(join(root, path), isFolder ? target : join(target, path), { recursive: true })
      }
    }
    const [program = '', ...entry] = JSON.parse(instructions('ENTRYPOINT')[0] ?? '') as string[]
    expect(program).toBe('node')
    const [script = '', ...more] = entry
    expect(more).toEqual([])
    const command = JSON.parse(instructions('CMD')[0] ?? '') as string[]
    const { stdout, stderr } = spawnSync(process.execPath, [join(image, script), ...command], {
      cwd: join(image, folder),
      encoding: 'utf8',
      env: {},
    })
    // Until the bundle has the command, it only says that its inputs are missing. Then, this has to be
    // { status: 0, stderr: '', stdout: expect.stringContaining('Usage: ') }.
    expect(`${stdout}${stderr}`).toContain('mlflow-tracking-uri')
    expect(`${stdout}${stderr}`).not.toMatch(/ENOENT|Cannot find|ERR_MODULE/)
  })

  test('has the major version of Node.js that the action has', () => {
    const { runs } = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
      runs: { using: string }
    }
    expect(instructions('FROM')).toEqual([`${runs.using.replace('node', 'node:')}-alpine`])
  })
})

type Container = {
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}
type Pod = {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number }
  readonly containers: readonly [Container]
  readonly volumes: readonly { readonly name: string; readonly emptyDir?: object }[]
}
type CronJob = {
  readonly spec: {
    readonly schedule: string
    readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: Pod } } }
  }
}

describe('the CronJob', () => {
  const { spec } = parse(readFileSync(manifest, 'utf8')) as CronJob
  const pod = spec.jobTemplate.spec.template.spec
  const [{ args, env, volumeMounts }] = pod.containers

  test('is valid', () => {
    expect(validateWithKubernetes(manifest)).toEqual([])
  })

  test('never starts on the hour', () => {
    const [minutes = ''] = spec.schedule.split(' ')
    expect(minutes).toMatch(/^[1-9]\d?(,[1-9]\d?)*$/)
  })

  test('runs as the user of the image, which may write to /tmp alone', () => {
    const { runAsUser, runAsGroup } = pod.securityContext
    expect(instructions('USER')).toEqual([`${runAsUser}:${runAsGroup}`])
    expect(volumeMounts).toEqual([{ name: 'tmp', mountPath: '/tmp' }])
    expect(pod.volumes).toMatchObject([{ name: 'tmp', emptyDir: {} }])
  })

  test('gives the action valid inputs, with both tokens from the secret', () => {
    const [command, ...flags] = args
    const inputs = flags.map((flag) => /^--([a-z-]+)=(.*)$/.exec(flag)?.slice(1) ?? [])
    const inputVariables = inputs.map(([name = '', value]) => [
      `INPUT_${name.toUpperCase()}`,
      value,
    ])
    const variables = new Map(env.map(({ name, value }) => [name, value ?? 'from-the-secret']))
    const { mode, repository, target } = readInputs({
      ...(Object.fromEntries(inputVariables) as Record<string, string>),
      ...Object.fromEntries(variables),
      'INPUT_GITHUB-TOKEN': variables.get('GITHUB_TOKEN'),
      INPUT_MODE: command,
    })
    expect({ mode, repository, target }).toMatchObject({
      mode: 'sync',
      repository: { name: 'acme/deployments', token: 'from-the-secret' },
      target: { path: 'deploy/values', aliases: ['production'] },
    })
    expect(env.filter(({ value }) => value === undefined).map(({ name }) => name)).toEqual([
      'MLFLOW_TRACKING_TOKEN',
      'GITHUB_TOKEN',
    ])
  })
})
