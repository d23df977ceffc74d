import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['hub-core/**/*.test.ts', 'renderer/**/*.test.ts', 'electron/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'out/**', 'e2e/**'],
    pool: 'forks',
    testTimeout: 20_000,
    restoreMocks: true,
    typecheck: { enabled: false },
  },
});
