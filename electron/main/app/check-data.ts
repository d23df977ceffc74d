import type { Examination } from '../../../hub-core/host/doctor/examine.ts';
import type { Finding, Repair } from '../../../hub-core/host/doctor/finding.ts';
import type { HubSlot } from '../hub/hub-slot.ts';

/** What `whub doctor` is made of. */
export interface Doctor {
  readonly examine: (dataDir: string, port: number) => Promise<Examination>;
  readonly describeRepair: (repair: Repair) => string;
  readonly carryOutRepairs: (dataDir: string, repairs: readonly Repair[]) => readonly string[];
}

export interface DataCheck {
  readonly dataDir: string;
  readonly slot: Pick<HubSlot, 'stop' | 'start'>;
  /** Loads SQLite, which the app's main thread seldom needs. */
  readonly loadDoctor: () => Promise<Doctor>;
  /** @returns true when the user wants the hub stopped and that done */
  readonly confirmRepair: (detail: string) => Promise<boolean>;
  readonly tell: (message: string, detail: string) => void;
}

/** Any free one: where the hub listens is told by its own start. */
const ANY_PORT = 0;

function lineOf({ text, advice }: Finding): string {
  return advice === undefined ? `• ${text}` : `• ${text}: ${advice}`;
}

/**
 * Looks at the data folder as `whub doctor` does, and puts right what can be when the user agrees: modes of files, and a damaged
 * database by its last backup. The hub is stopped for that, and started again.
 *
 * @throws {Error} when a repair fails; the hub is started again all the same
 */
export async function checkData({ dataDir, slot, loadDoctor, confirmRepair, tell }: DataCheck): Promise<void> {
  const { examine, describeRepair, carryOutRepairs } = await loadDoctor();
  const { findings } = await examine(dataDir, ANY_PORT);
  const troubles = findings.filter(({ level }) => level !== 'ok').map(lineOf);
  const repairs = findings.flatMap(({ repairs: each = [] }) => each);
  if (repairs.length === 0) {
    if (troubles.length === 0) tell('The data folder is in order', dataDir);
    else tell('The data folder needs a look', troubles.join('\n'));
    return;
  }
  const planned = repairs.map((repair) => `• ${describeRepair(repair)}`);
  if (!(await confirmRepair([...troubles, '', 'To be done, while the hub is stopped:', ...planned].join('\n')))) return;
  await slot.stop();
  try {
    tell('The data folder was repaired', carryOutRepairs(dataDir, repairs).join('\n'));
  } finally {
    await slot.start();
  }
}
