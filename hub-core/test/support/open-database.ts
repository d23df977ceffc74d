import { openHubDatabase } from '../../server/storage/database.ts';

/** A process that opens the database of the folder named on its command line as a hub does, and says how that went. */
const [, , dataDir = ''] = process.argv;
try {
  openHubDatabase(dataDir, { holdsLock: true })[Symbol.dispose]();
  process.stdout.write('opened');
} catch (error) {
  process.stdout.write(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
