import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** The first is Debian's name; the others are those of other systems. */
const names = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
]

/** With them, pictures have the widths of Helvetica, which GitHub's pages name, colours and CJK. */
const packages = [
  'chromium-headless-shell',
  'fonts-liberation',
  'fonts-noto-color-emoji',
  'fonts-noto-cjk',
]

const command = `apt-get install --no-install-recommends ${packages.join(' ')}`

/** The command of a Chromium, which is installed first if that is possible and necessary. */
export function findBrowser(environment: NodeJS.ProcessEnv): string {
  const { CHROMIUM: chosen = '' } = environment
  if (chosen !== '') {
    if (!runs(chosen)) throw new Error(`CHROMIUM=${chosen} cannot be run`)
    return chosen
  }
  const installed = names.find(runs)
  if (installed !== undefined) return installed
  if (!isDebian() || process.getuid?.() !== 0) {
    throw new Error(
      `no Chromium found. Install one (on Debian and as root: ${command}), or name its program in the environment variable CHROMIUM`,
    )
  }
  install()
  return 'chromium-headless-shell'
}

function runs(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0
}

function isDebian(): boolean {
  return existsSync('/etc/debian_version') && spawnSync('apt-get', ['--version']).status === 0
}

function install(): void {
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  console.log(`No Chromium found, so Debian's is installed: ${command}`)
  const apt = (...args: string[]): void =>
    void execFileSync('apt-get', ['--quiet', '--yes', ...args], { ...options, stdio: 'inherit' })
  apt('update')
  apt('install', '--no-install-recommends', ...packages)
}
