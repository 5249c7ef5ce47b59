import { defineConfig } from 'vite'
import { compression } from 'vite-plugin-compression2'

/** One page, its files named by what is in them; each also lies there compressed. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../dist/dashboard',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content policy allows no data: fonts
    target: 'es2022',
    modulePreload: false, // one script: nothing to preload
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  plugins: [compression({ algorithms: ['gzip', 'brotliCompress'], threshold: 1024 })],
})
