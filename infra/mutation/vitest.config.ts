import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/actuation/{commands,envelope,envelope-properties,guards}.test.ts'] },
})
