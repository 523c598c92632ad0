type Message = {
  readonly id?: number
  readonly method?: string
  readonly sessionId?: string
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

type Waiting = {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/** A connection to a browser by the Chrome DevTools Protocol. */
export class DevTools {
  readonly #socket: WebSocket
  readonly #calls = new Map<number, Waiting>()
  readonly #events: { readonly method: string; readonly resolve: () => void }[] = []
  readonly #timeoutMs: number
  #lastId = 0

  private constructor(socket: WebSocket, timeoutMs: number) {
    this.#socket = socket
    this.#timeoutMs = timeoutMs
    socket.addEventListener('message', ({ data }) =>
      this.#receive(JSON.parse(String(data)) as Message),
    )
    socket.addEventListener('close', () => {
      for (const { reject } of this.#calls.values()) reject(new Error('the browser has ended'))
    })
  }

  static async connect(url: string, timeoutMs: number): Promise<DevTools> {
    const socket = new WebSocket(url)
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error(`no connection to ${url}`)))
    })
    return new DevTools(socket, timeoutMs)
  }

  /** Rejects after the time-out: a dialog would otherwise block the page for ever. */
  async call<T>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = (this.#lastId += 1)
    const result = new Promise<T>((resolve, reject) => {
      this.#calls.set(id, { resolve, reject })
    })
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }))
    return this.#within(method, result)
  }

  /** Waits for an event; ask for it before the call that causes it. */
  event(method: string): Promise<void> {
    const event = new Promise<void>((resolve) => this.#events.push({ method, resolve }))
    return this.#within(method, event)
  }

  /** Ends the browser, which may close the connection before it answers. */
  async endBrowser(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#socket.addEventListener('close', () => resolve())
    })
    this.#socket.send(JSON.stringify({ id: 0, method: 'Browser.close' }))
    await this.#within('Browser.close', closed)
  }

  #receive({ id, method, result, error }: Message): void {
    const index = this.#events.findIndex((event) => event.method === method)
    if (index >= 0) this.#events.splice(index, 1)[0]?.resolve()
    if (id === undefined) return
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    if (error !== undefined) call?.reject(new Error(error.message))
    else call?.resolve(result as never)
  }

  async #within<T>(what: string, promise: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<never>((_resolve, reject) => {
      const fail = (): void => reject(new Error(`${what}: no answer from the browser`))
      timer = setTimeout(fail, this.#timeoutMs)
    })
    return Promise.race([promise, timeout]).finally(() => clearTimeout(timer))
  }
}
