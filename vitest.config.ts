import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'packages/**/*.test.ts', 'world/**/*.test.ts', 'tests/**/*.test.{ts,tsx}'],
    globalSetup: ['src/platform/testkit/global-setup.ts'],
    setupFiles: ['src/platform/testkit/seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more workers only make the database and Chromium wait for each other.
    maxWorkers: 2,
    maxConcurrency: 2,
  },
});
