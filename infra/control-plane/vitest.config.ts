import { defineConfig } from 'vitest/config'

/** `npm run test:k8s`: against a real API server and controller manager; see `build.sh`. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/kubernetes/*.k8s.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 1,
  },
})
