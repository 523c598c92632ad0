/** Version of the action; a test compares it with `package.json`, which is not in the bundle. */
export const actionVersion = '0.1.0'
