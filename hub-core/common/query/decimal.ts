const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** True for what JSON writes as a number, and for numbers with leading zeros. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** 0.ddd × 10^point, without zeros at either end of the digits; no digits for zero. */
interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly point: number;
}

function readDecimal(text: string): Decimal {
  const [, minus, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(leading).replace(/0+$/, '');
  if (digits === '') return { sign: 0, digits, point: 0 };
  return { sign: minus === '-' ? -1 : 1, digits, point: whole.length - leading + Number(exponent) };
}

/**
 * Compares two decimal numbers by their exact values: no rounding to a double, however many digits they have.
 *
 * @param a a text for which {@link isDecimal} holds, as `b`
 * @returns below 0, 0 or above 0
 */
export function compareDecimals(a: string, b: string): number {
  const [left, right] = [readDecimal(a), readDecimal(b)];
  if (left.sign !== right.sign) return left.sign - right.sign;
  if (left.point !== right.point) return left.sign * (left.point < right.point ? -1 : 1);
  if (left.digits === right.digits) return 0;
  return left.sign * (left.digits < right.digits ? -1 : 1);
}
