/**
 * What a caller is told of its allowance, in the words of the IETF's draft
 * (draft-ietf-httpapi-ratelimit-headers-10): `RateLimit-Policy` and `RateLimit`.
 */
export const policyOf = (perMinute: number): string => `"calls";q=${perMinute};w=60`

/** @param waitSeconds where nothing is left: until there is */
export const rateLimitOf = (left: number, waitSeconds?: number): string =>
  waitSeconds === undefined ? `"calls";r=${left}` : `"calls";r=0;t=${waitSeconds}`
