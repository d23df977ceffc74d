// What a running hub tells of itself, and what the system knows of its process.
import { readFileSync } from 'node:fs';

const LOOK_AGAIN_MS = 20;
/** Of what waits for the store: far below the budget above which bodies are left out. */
const MOST_PENDING_BYTES = 4 << 20;

/** Resident memory of the whole process, MiB (Linux). */
export function rssMib(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** @returns a function that gives a metric by its name without `whub_` */
export async function metricsOf({ httpUrl }) {
  const text = await (await fetch(new URL('/metrics', httpUrl))).text();
  return (name) => Number(new RegExp(`^whub_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}

/** Waits until the traffic store has taken what the hub gave it, but for `most` bytes. */
export async function whenStored(hub, most = MOST_PENDING_BYTES) {
  while ((await metricsOf(hub))('capture_pending_bytes') > most)
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
}
