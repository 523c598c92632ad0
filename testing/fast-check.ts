import fc from 'fast-check'

export { fc }

/**
 * The same seed in every run, so that a change does not fail because of what only this run's chance has
 * found. `SEARCH_SEED` sets another one, as a failure names it; `random` stands for a new one.
 */
const { SEARCH_SEED: given = '1' } = process.env

if (given !== 'random') fc.configureGlobal({ seed: Number(given) })
