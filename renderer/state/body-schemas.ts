import { createStore, del, get, set } from 'idb-keyval';
import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';

export const READINGS = ['messagepack', 'cbor', 'flatbuffer', 'protobuf', 'image'] as const;
export type Reading = (typeof READINGS)[number];

/** A schema that a person gave: of FlatBuffers a .bfbs file, of Protobuf a set of descriptors. */
export interface BodySchema {
  readonly fileName: string;
  readonly base64: string;
  /** The table or message that a body is; '' = the schema's root. */
  readonly type: string;
}

interface BodySchemas {
  /** How bodies are read, by what they are of: `math request`. */
  readonly readings: Readonly<Record<string, Reading>>;
  /** By format and what they are of: `protobuf math request`. */
  readonly schemas: Readonly<Record<string, BodySchema>>;
}

/** Schemas are too large for local storage. */
const database = createStore('whub-console', 'body-schemas');

/** How binary bodies are read. Outlives a reload. */
export const useBodySchemas = create<BodySchemas>()(
  persist((): BodySchemas => ({ readings: {}, schemas: {} }), {
    name: 'body-schemas',
    version: 1,
    storage: createJSONStorage(() => ({
      getItem: async (name) => (await get<string>(name, database)) ?? null,
      setItem: (name, value) => set(name, value, database),
      removeItem: (name) => del(name, database),
    })),
  }),
);

export function setReading(of: string, reading: Reading): void {
  useBodySchemas.setState((state) => ({ readings: { ...state.readings, [of]: reading } }));
}

export function setSchema(key: string, schema: BodySchema): void {
  useBodySchemas.setState((state) => ({ schemas: { ...state.schemas, [key]: schema } }));
}
