import { acquireHubLock } from '../../server/storage/hub-lock.ts';

/** A process that holds the lock of the folder named on its command line until it is killed. */
const [, , dataDir = ''] = process.argv;
const lock = acquireHubLock(dataDir);
process.stdout.write('locked\n');
process.stdin.on('end', () => lock[Symbol.dispose]()).resume();
