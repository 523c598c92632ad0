import type { Repository } from '../testing/github/repository.ts'
import { competitors, type Competitor } from './competitors.ts'
import { measure, type Usage } from './measure.ts'
import { addVersion, fillRegistry, syncedPrefix } from './registry.ts'
import { copyOf, createOriginal, pack, remove } from './repositories.ts'
import { syncedOfListed, type Latency, type Scenario } from './scenarios.ts'
import type { Servers } from './servers.ts'

export type RequestCounts = { readonly mlflow: number; readonly github: number }

/** One run of a competitor. */
export type Observation = Usage & {
  readonly requests: RequestCounts
  readonly commits: number
  /** Names of the requests, sorted, to compare those of two competitors. */
  readonly requestNames: readonly string[]
}

/** A registry and a repository in the state that a scenario needs; each run gets a copy. */
export class Stage {
  readonly #servers: Servers
  readonly #python: string
  readonly #scenario: Scenario
  readonly #original: Repository

  private constructor(servers: Servers, python: string, scenario: Scenario) {
    this.#servers = servers
    this.#python = python
    this.#scenario = scenario
    this.#original = createOriginal(servers)
  }

  static async create(servers: Servers, python: string, scenario: Scenario): Promise<Stage> {
    const { kind, count } = scenario
    const synced = kind === 'listed' ? syncedOfListed : count
    fillRegistry(servers.mlflow, servers.experimentId, { synced, others: count - synced })
    const stage = new Stage(servers, python, scenario)
    if (kind !== 'new') await stage.#write()
    if (kind === 'one update') addVersion(servers.mlflow)
    return stage
  }

  /** Runs a competitor once in a copy of the repository. */
  async run(competitor: Competitor, latencyMs: Latency): Promise<Observation> {
    const servers = this.#servers
    const repository = copyOf(servers, this.#original)
    servers.github.requests.length = 0
    servers.proxies.reset(latencyMs)
    const usage = await this.#start(competitor, repository)
    const requests = await servers.proxies.requests()
    const observation: Observation = {
      ...usage,
      requests: {
        mlflow: requests.filter(({ target }) => target === 'mlflow').length,
        github: requests.filter(({ target }) => target !== 'mlflow').length,
      },
      commits: repository.commitCount() - this.#original.commitCount(),
      requestNames: [
        ...requests.flatMap(({ target, url }) => (target === 'mlflow' ? pathOf(url) : [])),
        ...servers.github.requests.map(
          ({ operation, path }) => operation ?? path.replace(repository.fullName, ''),
        ),
      ].sort(),
    }
    this.#check(competitor, repository)
    remove(repository)
    return observation
  }

  close(): void {
    remove(this.#original)
  }

  /** The floor writes the files that the jobs find. */
  async #write(): Promise<void> {
    this.#servers.proxies.reset(0)
    await this.#start('floor', this.#original)
    pack(this.#original)
  }

  #start(competitor: Competitor, repository: Repository): Promise<Usage> {
    const { proxies, github } = this.#servers
    const job = {
      urls: proxies.urls,
      token: github.token,
      python: this.#python,
      repository: repository.fullName,
      models: this.#scenario.kind === 'listed' ? syncedPrefix : '',
    }
    return measure((prefix) => competitors[competitor]({ ...job, prefix }))
  }

  /** Throws unless exactly the expected files changed. */
  #check(competitor: Competitor, repository: Repository): void {
    const { kind, count } = this.#scenario
    const expected = { new: count, unchanged: 0, 'one update': 1, listed: 0 }[kind]
    const names = repository.git('diff', '--name-only', this.#original.head(), 'main')
    const changed = names === '' ? 0 : names.split('\n').length
    if (changed === expected) return
    throw new Error(`${competitor} changed ${changed} files instead of ${expected}`)
  }
}

function pathOf(url: string): string {
  return new URL(url, 'http://127.0.0.1').pathname
}
