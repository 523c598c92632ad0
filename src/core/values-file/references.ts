import type { OwnedKey } from './owned.ts'

export function refersTo(text: string, key: OwnedKey): boolean {
  return text.includes(`.Values.global.${key}`)
}
