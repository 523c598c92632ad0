import type { Inputs } from '../action.ts'
import { bulkRegister } from '../mlflow/bulk.ts'
import type { RegisteredVersion, RunSpec } from '../mlflow/api.ts'
import type { Files } from '../github/git/store.ts'
import type { Project, SyncOptions, SyncStep } from '../project.ts'
import type { World } from '../world.ts'
import { stabilise } from './stabilise.ts'

/** Markdown that a person reads on GitHub. */
export type Picture = {
  /** Also the name of its file in `docs/pictures`. */
  readonly name: string
  readonly markdown: string
}

/** What one situation leaves behind. */
export type Situation = (stage: Stage) => Promise<void>

/** Everything is deployed to this directory. */
export const directory = 'deploy/production'

/** A repository and an otherwise empty registry, in which one situation takes place. */
export class Stage {
  readonly world: World
  readonly project: Project
  readonly pictures: Picture[] = []
  readonly #models = new Set<string>()

  constructor(world: World, number: number) {
    this.world = world
    this.project = world.createProject({ name: `acme/llm-deployments-${number}` })
  }

  async register(name: string, spec: RunSpec = {}): Promise<RegisteredVersion> {
    this.#models.add(name)
    return this.project.register(name, spec)
  }

  /** Registers many runs, as versions of ten models. */
  registerMany(prefix: string, count: number): void {
    const { mlflow, experiment } = this.world
    bulkRegister(mlflow, { experimentId: experiment.id, count, prefix, loggedModels: true })
    for (let index = 0; index < 10; index += 1) this.#models.add(`${prefix}-${index}`)
  }

  pathOf({ runId }: RegisteredVersion): string {
    return `${directory}/${runId}.yaml`
  }

  /** A person's commit on the branch. */
  push(files: Files, message: string): void {
    this.project.repository.push('main', files, message)
  }

  sync(inputs: Inputs = {}, options: SyncOptions = {}): Promise<SyncStep> {
    return this.project.sync(
      { path: directory, 'mlflow-ui-url': 'https://mlflow.example.com', ...inputs },
      options,
    )
  }

  /** Runs the action and keeps its summary. */
  async picture(name: string, inputs: Inputs = {}, options: SyncOptions = {}): Promise<void> {
    const { summary } = await this.sync(inputs, options)
    this.keep(name, summary)
  }

  keep(name: string, markdown: string): void {
    const { repository } = this.project
    const text = markdown.replaceAll(repository.fullName, 'acme/llm-deployments')
    const servers = { mlflowUrl: this.world.mlflow.url, head: repository.head() }
    this.pictures.push({ name, markdown: stabilise(text, servers) })
  }

  /** Empties the registry for the next situation. */
  async clear(): Promise<void> {
    for (const name of this.#models) await this.world.api.deleteModel(name)
  }
}
