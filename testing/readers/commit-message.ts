import { execFileSync } from 'node:child_process'

/** Trailers as git reads them, `Key: value` each. */
export function readTrailers(message: string): string[] {
  const output = execFileSync('git', ['interpret-trailers', '--parse'], {
    input: message,
    encoding: 'utf8',
  })
  return output.split('\n').filter((line) => line !== '')
}

/** Instructions in a commit message that keep a CI service from running. */
const instructions = [
  ...['[skip ci]', '[ci skip]', '[no ci]', '[skip actions]', '[actions skip]'],
  ...['skip-checks:true', 'skip-checks: true'],
  // Azure Pipelines and Drone
  ...['***no_ci***', '[skip azurepipelines]', '[azurepipelines skip]', '[skip azp]', '[azp skip]'],
  // Deployments
  ...['[skip netlify]', '[netlify skip]', '[vercel skip]', '[cf-pages-skip]', '[skip render]'],
  // Others
  ...['[skip travis]', '[travis skip]', '[skip appveyor]', '[skip circleci]', '[skip-ci]'],
  ...['[skip_ci]', '[skip release]', '[skip cd]', '[skipci]', '[ciskip]'],
  ...['--skip-ci', '--ci-skip'],
]

/** Case does not matter, and in many languages ſ and the Kelvin sign are cases of s and k. */
export function readSkipInstructions(message: string): string[] {
  const folded = message.toLowerCase().replaceAll('ſ', 's')
  return instructions.filter((instruction) => folded.includes(instruction))
}

/** Mentions, references to issues, smart commits and links in plain text or a commit message. */
export function readReferences(text: string): string[] {
  return [
    // A person, a team, an e-mail address, a commit of a fork
    ...(text.match(/@[\w-]/g) ?? []),
    ...(text.match(/#\w+|\bGH-\d+/gi) ?? []),
    ...(text.match(/[a-z]:\/\/|\bwww\./gi) ?? []),
  ]
}
