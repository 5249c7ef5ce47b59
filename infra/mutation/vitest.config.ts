import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'test/actuation/{commands,envelope,envelope-properties,guards,guarded-*}.test.ts',
      'test/notification/sign.test.ts',
    ],
    // The properties are slow once instrumented; a mutant that hangs is Stryker's to end.
    testTimeout: 60_000,
  },
})
