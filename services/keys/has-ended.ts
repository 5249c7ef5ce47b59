import type { StoredKey } from './port.ts'

export const hasEnded = ({ expiresAtMs, revokedAtMs }: StoredKey, nowMs: number): boolean =>
  revokedAtMs !== undefined || (expiresAtMs !== undefined && expiresAtMs <= nowMs)
