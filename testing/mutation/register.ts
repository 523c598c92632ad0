import { registerHooks } from 'node:module'

const substitute = new URL('jest-globals.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals'
      ? { url: substitute, shortCircuit: true }
      : next(specifier, context),
})
