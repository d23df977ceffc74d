import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['hub-core/**/*.test.ts', 'renderer/**/*.test.ts', 'electron/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'out/**', 'e2e/**'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // What is awaited may have to wait for a machine that is busy with other work.
    expect: { poll: { timeout: 15_000 } },
    restoreMocks: true,
    typecheck: { enabled: false },
  },
});
