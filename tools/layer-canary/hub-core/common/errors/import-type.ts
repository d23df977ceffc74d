export type ImportType = import('../../server/service/secret.ts').Secret;
