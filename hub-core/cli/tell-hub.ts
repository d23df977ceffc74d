import { requestRefresh } from '../host/control.ts';

/** A hub that runs on the folder is to know of a change of its clients when the command ends. */
export async function tellHub(dataDir: string): Promise<void> {
  await requestRefresh(dataDir);
}
