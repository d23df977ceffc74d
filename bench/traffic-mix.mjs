// The traffic that a store is filled with: mixed services, callers, sizes, statuses and times, the same for the same seed.

export const MIX_SERVICES = ['math', 'geo', 'mail', 'files', 'shop', 'billing', 'search', 'report'];
/** Clients that call, by their ids. */
export const MIX_CALLERS = Array.from({ length: 8 }, (_, place) => `client-${place}`);

/** Text for one body of a thousand, to be searched for. */
export const NEEDLE = 'needle';
const ROWS_PER_NEEDLE = 1_000;

/** Mulberry32: small, seeded, good enough to mix sizes. @see Tommy Ettinger, 2017 */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Most bodies are small, few are large: 100 B to 100 KB, about 850 B on average. */
function bodyBytes(random) {
  const draw = random();
  if (draw < 0.6) return 100 + Math.floor(random() * 300);
  if (draw < 0.995) return 400 + Math.floor(random() * 1_200);
  return 20_000 + Math.floor(random() * 80_000);
}

const FILLER = 'lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod tempor '.repeat(1_300);

function jsonBody(index, random) {
  const needle = index % ROWS_PER_NEEDLE === ROWS_PER_NEEDLE - 1 ? `,"hint":"${NEEDLE}"` : '';
  const id = 4_634_343_214_213_000_000n + BigInt(index);
  const head = `{"order":{"id":${id},"name":"customer ${index % 5_000}"}${needle},"text":"`;
  return `${head}${FILLER.slice(0, Math.max(0, bodyBytes(random) - head.length))}"}`;
}

/**
 * One exchange of the mix: 3 % fail, 5 % take more than 50 ms, a third has a body in its request.
 *
 * @param {number} index its number, from 0
 * @param {() => number} random uniform in [0, 1)
 */
export function exchangeOf(index, random) {
  const service = MIX_SERVICES[Math.floor(random() * MIX_SERVICES.length)];
  const isError = random() < 0.03;
  const isPost = index % 3 === 0;
  return {
    service,
    uri: `/${service}/item/${index % 997}?page=${index % 13}`,
    method: isPost ? 'POST' : 'GET',
    from: MIX_CALLERS[index % MIX_CALLERS.length],
    status: isError ? (random() < 0.5 ? 404 : 503) : 200,
    /** Time that its provider takes. */
    workMs: random() < 0.05 ? 50 + random() * 100 : 0,
    request: isPost ? jsonBody(index, random) : '',
    reply: jsonBody(index, random),
  };
}
