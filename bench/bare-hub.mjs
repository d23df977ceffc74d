// The hub of a checkout without the recording of traffic, for relay.mjs: recording leaves out what it has no time for, so that
// a hub which relays less records more, and a comparison of both at once compares neither. argv: checkout, data folder.
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const [checkout, dataDir] = process.argv.slice(2);
const { createHub } = await import(pathToFileURL(join(checkout, 'hub-core/server/hub/create-hub.ts')).href);
const hub = createHub({ dataDir, port: 0 });
await hub.start();
console.log(JSON.stringify({ url: hub.address.httpUrl, pid: process.pid }));
