/** Orders by UTF-16 code units: the same everywhere, whatever the machine's locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
