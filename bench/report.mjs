// Figures as they come, each beside its budget where it has one.

const NAME_WIDTH = 52;

const isWithin = (value, { most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }) =>
  value <= most && value >= least;

function shownNumber(value) {
  const isWhole = Number.isInteger(value) || Math.abs(value) >= 100;
  return isWhole ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

export class Report {
  figures = [];
  // oxlint-disable-next-line typescript/prefer-readonly -- JavaScript has no such modifier
  #print;

  /** @param {(text: string) => void} print */
  constructor(print) {
    this.#print = print;
  }

  get missed() {
    return this.figures.filter(({ met }) => met === false);
  }

  say(text) {
    this.#print(text);
  }

  title(text) {
    this.#print(`\n${text}`);
  }

  /** @param {string} name @param {number} value @param {{ unit?: string, note?: string }} [more] */
  figure(name, value, { unit = 'ms', note = '' } = {}) {
    this.figures.push({ name, value, unit });
    this.#line(name, value, `${unit.padEnd(5)} ${note}`);
  }

  /** @param {string} name @param {number} value @param {{ unit?: string, most?: number, least?: number, note?: string }} budget */
  budget(name, value, { unit = 'ms', most, least, note = '' }) {
    const met = isWithin(value, { most, least });
    this.figures.push({ name, value, unit, most, least, met });
    const limit = most === undefined ? `≥ ${shownNumber(least)}` : `≤ ${shownNumber(most)}`;
    this.#line(name, value, `${unit.padEnd(5)} ${met ? 'kept' : 'MISSED'} (${limit}) ${note}`);
  }

  #line(name, value, rest) {
    this.#print(`  ${name.padEnd(NAME_WIDTH)}${shownNumber(value).padStart(11)} ${rest}`.trimEnd());
  }
}
