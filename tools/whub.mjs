#!/usr/bin/env node
// The package's bin. Plain JavaScript without dependencies, so that an old Node can still read why it is refused.
import { existsSync } from 'node:fs';

const OLDEST = 22;
const major = Number(process.versions.node.split('.')[0]);
const cli = new URL('../out/main/cli.js', import.meta.url);

if (major < OLDEST) {
  console.error(`whub: Cannot run on Node ${process.versions.node}: Node ${OLDEST} or newer is needed`);
  process.exitCode = 1;
} else if (!existsSync(cli)) {
  console.error('whub: Cannot run: it is not built yet; run "npm start" or "npm run build" first');
  process.exitCode = 1;
} else {
  await import(cli.href);
}
