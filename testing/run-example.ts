import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { runWorkflow, type WorkflowOptions, type WorkflowRun } from './act.ts'
import { filesBelow, publishedAction } from './examples.ts'
import type { Repository } from './github/repository.ts'
import type { GitHub } from './github/server.ts'
import type { Files } from './github/git/store.ts'
import { onlyModels } from './mlflow/gateway-rules.ts'
import type { Project } from './project.ts'
import type { World } from './world.ts'

const root = join(import.meta.dirname, '..')
/**
 * Creates a repository with the files of a folder in `examples`, as a user has copied them. In MLflow, its
 * workflow sees only the models of its project. The world has `throughGateway`.
 */
export function copyExample(
  world: World,
  folder: string,
  { name, files = {} }: { readonly name?: string; readonly files?: Files } = {},
): Project {
  const options = { files: { ...filesBelow(folder), ...files } }
  const project = world.createProject(name === undefined ? options : { name, ...options })
  world.gateway.rule = onlyModels(project.model(''))
  return project
}

export type ExampleOptions = Partial<Omit<WorkflowOptions, 'directory' | 'workflow'>>

/** Runs the workflow that is in a repository, in a clone, with act and the committed `dist`; it has to succeed. */
export async function runExample(
  { github, gateway }: Pick<World, 'github' | 'gateway'>,
  { repository }: Project,
  options: ExampleOptions = {},
): Promise<WorkflowRun> {
  const scratch = mkdtempSync(join(tmpdir(), 'example-'))
  const action = join(scratch, 'action')
  const directory = join(scratch, 'clone')
  for (const part of ['action.yml', 'dist']) {
    cpSync(join(root, part), join(action, part), { recursive: true })
  }
  execFileSync('git', ['clone', '--quiet', repository.store.gitDir, directory], { stdio: 'pipe' })
  try {
    const run = await runWorkflow({
      event: 'schedule',
      ...options,
      directory,
      workflow: workflowOf(repository),
      actions: { [publishedAction]: action, ...options.actions },
      env: {
        GITHUB_API_URL: github.apiUrl,
        GITHUB_GRAPHQL_URL: github.graphqlUrl,
        GITHUB_REPOSITORY: repository.fullName,
        ...options.env,
      },
      secrets: {
        GITHUB_TOKEN: jobToken(github, repository),
        MLFLOW_TOKEN: 'token-for-mlflow',
        ...options.secrets,
      },
      variables: { MLFLOW_TRACKING_URI: gateway.url, ...options.variables },
    })
    if (run.exitCode !== 0) throw new Error(`the workflow failed:\n${run.log}`)
    return run
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

type Permissions = {
  readonly contents?: 'read' | 'write'
  readonly 'pull-requests'?: 'write'
}

/** Path of the only workflow in a repository. */
function workflowOf(repository: Repository): string {
  const [workflow = '', another] = repository
    .paths()
    .filter((path) => path.startsWith('.github/workflows/'))
  if (another !== undefined) throw new Error(`there is also ${another}`)
  return workflow
}

/** A token with the permissions of the workflow's jobs, which act itself does not enforce. */
function jobToken(github: GitHub, repository: Repository): string {
  const { fullName } = repository
  const { jobs } = parse(repository.read(workflowOf(repository))) as {
    jobs: Record<string, { permissions: Permissions }>
  }
  const permissions: Permissions = Object.assign(
    {},
    ...Object.values(jobs).map((job) => job.permissions),
  ) as Permissions
  return github.addToken({
    contents: permissions.contents ?? 'read',
    pullRequests: permissions['pull-requests'] ?? 'none',
    repositories: permissions.contents === undefined ? [] : [fullName],
  })
}
