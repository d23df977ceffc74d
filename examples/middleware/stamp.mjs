// Refuses what is closed, and stamps every answer: whub serve --middleware examples/middleware/stamp.mjs

/** @param {{ closed?: string, header?: string }} options from the configuration of the hub */
export function createMiddleware({ closed = '/closed/', header = 'x-client' } = {}) {
  return {
    name: 'stamp',
    before({ uri }) {
      if (!uri.startsWith(closed)) return undefined;
      return { refuse: 'FORBIDDEN_ERR', detail: `Cannot call "${uri}": it is closed` };
    },
    after: ({ client }, { headers }) => ({ headers: [...headers, { name: header, value: client.id }] }),
  };
}
