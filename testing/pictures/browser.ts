import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DevTools } from './devtools.ts'

export type Size = {
  /** In CSS pixels, like the others. */
  readonly width: number
  /** A taller page is cut off. */
  readonly maxHeight: number
  readonly scale: number
}

/** A headless Chromium. */
export type Browser = {
  /** A page as PNG; its height is that of the content. */
  readonly photograph: (html: string, size: Size) => Promise<Buffer>
  /** What an expression is in a page, as JSON. */
  readonly evaluate: (html: string, width: number, expression: string) => Promise<unknown>
  readonly close: () => Promise<void>
}

const timeoutMs = 30_000

export async function startBrowser(program: string): Promise<Browser> {
  const directory = mkdtempSync(join(tmpdir(), 'browser-'))
  const child = spawn(program, argumentsOf(directory), { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const clean = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const devTools = await DevTools.connect(await addressOf(child), timeoutMs)
    const page = join(directory, 'page.html')
    const open = async (html: string, width: number, scale: number) => {
      writeFileSync(page, html)
      return openPage(devTools, pathToFileURL(page).href, { width, scale })
    }
    return {
      photograph: async (html, { width, maxHeight, scale }) => {
        const tab = await open(html, width, scale)
        const image = await tab.photograph(width, maxHeight)
        await tab.close()
        return image
      },
      evaluate: async (html, width, expression) => {
        const tab = await open(html, width, 1)
        const value = await tab.evaluate(expression)
        await tab.close()
        return value
      },
      close: async () => {
        // Debian's command is a script around the browser, which would outlive it.
        await devTools.endBrowser()
        await clean()
      },
    }
  } catch (error) {
    await clean()
    throw error
  }
}

function argumentsOf(directory: string): string[] {
  return [
    // Chromium's sandbox does not work as root, and the pages have no scripts.
    '--no-sandbox',
    '--headless',
    '--disable-gpu',
    '--hide-scrollbars',
    // Grey edges compress better than coloured ones, and suit every screen.
    '--disable-lcd-text',
    '--remote-debugging-port=0',
    `--user-data-dir=${join(directory, 'profile')}`,
    'about:blank',
  ]
}

/** The browser prints the address of its DevTools when it is ready. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = ''
    const fail = (why: string): void => reject(new Error(`the browser ${why}: ${log.slice(-2000)}`))
    const timer = setTimeout(() => fail('did not start in time'), timeoutMs)
    child.on('error', reject)
    child.on('close', () => fail('has ended'))
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      const address = /^DevTools listening on (ws:\S+)/m.exec(log)?.[1]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    })
  })
}

async function openPage(
  devTools: DevTools,
  url: string,
  { width, scale }: { readonly width: number; readonly scale: number },
) {
  const { targetId } = await devTools.call<{ targetId: string }>('Target.createTarget', {
    url: 'about:blank',
  })
  const { sessionId } = await devTools.call<{ sessionId: string }>('Target.attachToTarget', {
    targetId,
    flatten: true,
  })
  const call = <T>(method: string, params: object = {}): Promise<T> =>
    devTools.call(method, params, sessionId)
  // A page is at least as tall as the window.
  const metrics = { width, height: 50, deviceScaleFactor: scale, mobile: false }
  await call('Emulation.setDeviceMetricsOverride', metrics)
  await call('Page.enable')
  const loaded = devTools.event('Page.loadEventFired')
  await call('Page.navigate', { url })
  await loaded
  return {
    photograph: async (pageWidth: number, maxHeight: number): Promise<Buffer> => {
      const { cssContentSize } = await call<{ cssContentSize: { height: number } }>(
        'Page.getLayoutMetrics',
      )
      const height = Math.min(Math.ceil(cssContentSize.height), maxHeight)
      const clip = { x: 0, y: 0, width: pageWidth, height, scale: 1 }
      const { data } = await call<{ data: string }>('Page.captureScreenshot', {
        format: 'png',
        clip,
        captureBeyondViewport: true,
      })
      return Buffer.from(data, 'base64')
    },
    evaluate: async (expression: string): Promise<unknown> => {
      const { result } = await call<{ result: { value: unknown } }>('Runtime.evaluate', {
        expression,
        returnByValue: true,
      })
      return result.value
    },
    close: () => devTools.call('Target.closeTarget', { targetId }),
  }
}
