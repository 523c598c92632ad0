import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderPage } from '../pictures/render-markdown.ts'
import type { Step } from '../step.ts'

/** The folder with everything that the steps of the tour said and wrote. */
export class Results {
  readonly directory: string
  /** Markdown of the page that links to all files. */
  #index = introduction

  /** Replaces the results of an earlier tour. */
  constructor(directory: string) {
    this.directory = directory
    rmSync(directory, { recursive: true, force: true })
    mkdirSync(directory, { recursive: true })
  }

  get indexPath(): string {
    return join(this.directory, 'index.html')
  }

  /** Begins a section of the index. */
  async begin(title: string, text: string): Promise<void> {
    this.#index += `\n## ${title}\n\n${text}\n\n`
    await this.#writeIndex()
  }

  async saveStep(folder: string, title: string, step: Step): Promise<void> {
    const { log, stderr, outputs, summary, report } = step
    this.#write(folder, 'log.txt', log.replace(/^::add-mask::.*\n/gm, '') + stderr)
    this.#write(folder, 'outputs.txt', outputLines({ ...outputs, 'report-file': 'report.json' }))
    this.#write(folder, 'report.json', `${JSON.stringify(report, null, 2)}\n`)
    await this.#writeMarkdown(folder, 'summary', title, summary)
    const names = ['summary.html', 'log.txt', 'outputs.txt', 'report.json', 'summary.md']
    await this.#link(title, folder, names)
  }

  async savePullRequest(folder: string, title: string, body: string): Promise<void> {
    await this.#writeMarkdown(folder, 'pull-request', title, `# ${title}\n\n${body}`)
    await this.#link('the pull request', folder, ['pull-request.html', 'pull-request.md'])
  }

  async saveFile(name: string, text: string): Promise<void> {
    this.#write('.', name, text)
    await this.#link('files', '.', [name])
  }

  async #writeMarkdown(folder: string, name: string, title: string, text: string): Promise<void> {
    this.#write(folder, `${name}.md`, text)
    this.#write(folder, `${name}.html`, await renderPage(text, { title, theme: 'auto' }))
  }

  #write(folder: string, name: string, text: string): void {
    mkdirSync(join(this.directory, folder), { recursive: true })
    writeFileSync(join(this.directory, folder, name), text)
  }

  async #link(title: string, folder: string, names: readonly string[]): Promise<void> {
    const links = names.map((name) => `[${name}](${folder}/${name})`)
    this.#index += `- ${title}: ${links.join(', ')}\n`
    await this.#writeIndex()
  }

  /** Written after each step, so that it is there if a step fails. */
  async #writeIndex(): Promise<void> {
    const page = await renderPage(this.#index, { title: 'mlflow-sync: a tour', theme: 'auto' })
    this.#write('.', 'index.html', page)
  }
}

const introduction = `# mlflow-sync: a tour

What each step of the demo said and wrote. Links to MLflow work while \`script/demo --keep\` runs.
Links to \`github.example.com\` lead nowhere, because GitHub is a stand-in here.
`

function outputLines(outputs: Readonly<Record<string, string>>): string {
  return Object.entries(outputs)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
