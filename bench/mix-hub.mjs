// A hub for the mix of traffic-mix.mjs, with room for all of it, on a data folder that may have been used before.
import { addClient, addClientKey, listClients } from '../hub-core/host/registry-admin.ts';
import { MIX_CALLERS } from './traffic-mix.mjs';

/** No limits of the store, whose budget would drop what is measured. */
const ROOM = ['--set', 'capture.maxRows=0', '--set', 'capture.maxBytes=0'];

/** Reads the traffic. */
export const MANAGER = 'manager';

function keyFor(dataDir, client, known) {
  if (known) return addClientKey(dataDir, client).key;
  const role = client === MANAGER ? 'manager' : 'client';
  return addClient(dataDir, { client, role, mayCall: ['*'], mayProvide: ['*'] }).key;
}

/**
 * @param {import('./programs.mjs').Programs} programs
 * @param {{ dataDir?: string, clients?: readonly string[], place?: Function }} [options] `clients` beside those of the mix
 */
export async function mixHub(programs, { dataDir = programs.folder(), clients = [], place } = {}) {
  const known = new Set(listClients(dataDir).map(({ client }) => client));
  const keys = new Map();
  for (const client of ['provider', MANAGER, ...MIX_CALLERS, ...clients])
    keys.set(client, keyFor(dataDir, client, known.has(client)));
  const hub = await programs.serve({ dataDir, flags: ROOM, place });
  return { ...hub, httpUrl: hub.url.replace(/^ws/, 'http'), keys };
}
