export const dynamicImport = await import('../../server/service/secret.ts');
