import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Command, ProxiedRequest, Targets } from './proxy-thread.ts'

/** Proxies in front of servers. They have a thread of their own: git blocks that of the stand-in. */
export class Proxies {
  readonly #worker: Worker
  /** URL of each proxy, by the name of its target. */
  readonly urls: Targets

  private constructor(worker: Worker, urls: Targets) {
    this.#worker = worker
    this.urls = urls
  }

  static async start(targets: Targets): Promise<Proxies> {
    const worker = new Worker(new URL('proxy-thread.ts', import.meta.url), { workerData: targets })
    const [urls] = (await once(worker, 'message')) as [Targets]
    return new Proxies(worker, urls)
  }

  /** Counts from zero, and holds each request for this long. */
  reset(latencyMs: number): void {
    this.#send({ latencyMs })
  }

  /** The requests since `reset`. */
  async requests(): Promise<readonly ProxiedRequest[]> {
    const message = once(this.#worker, 'message')
    this.#send('take')
    const [requests] = (await message) as [readonly ProxiedRequest[]]
    return requests
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #send(command: Command): void {
    this.#worker.postMessage(command)
  }
}
