export function verdict(stdout: string): 0 | 1
