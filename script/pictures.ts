import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startBrowser } from '../testing/pictures/browser.ts'
import { findBrowser } from '../testing/pictures/find-browser.ts'
import { renderPage } from '../testing/pictures/render-markdown.ts'
import { takePictures, type Picture } from '../testing/pictures/situations.ts'

/**
 * Renders what people read on GitHub, in light and dark: `npm run pictures`. Arguments are the names
 * of pictures; without any, all of them are replaced.
 */

const directory = join(import.meta.dirname, '..', 'docs', 'pictures')

/** GitHub's column of 900 pixels and its margins. Taller pages are cut off. */
const size = { width: 980, maxHeight: 1500, scale: 1 }

const themes = ['light', 'dark'] as const

async function render(pictures: readonly Picture[], program: string): Promise<void> {
  const browser = await startBrowser(program)
  try {
    for (const { name, markdown } of pictures) {
      for (const theme of themes) {
        const html = await renderPage(markdown, { title: name, theme })
        const file = join(directory, `${name}-${theme}.png`)
        writeFileSync(file, await browser.photograph(html, size))
      }
      console.log(`  ${name}`)
    }
  } finally {
    await browser.close()
  }
}

function totalBytes(): number {
  const sizes = readdirSync(directory).map((name) => statSync(join(directory, name)).size)
  return sizes.reduce((sum, bytes) => sum + bytes, 0)
}

const wanted = process.argv.slice(2)
const program = findBrowser(process.env)
console.log('Running the action in every situation ...')
const all = await takePictures()
const names = all.map(({ name }) => name)
const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  throw new Error(`no such picture: ${unknown.join(', ')}. There are: ${names.join(', ')}`)
}
if (wanted.length === 0) rmSync(directory, { recursive: true, force: true })
mkdirSync(directory, { recursive: true })
console.log(`Rendering with ${program} ...`)
await render(
  all.filter(({ name }) => wanted.length === 0 || wanted.includes(name)),
  program,
)
console.log(`docs/pictures has ${(totalBytes() / 1e6).toFixed(1)} MB.`)
