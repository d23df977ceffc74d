/** What one proxy says of a request's way to it (RFC 7239, section 4). */
export interface ForwardedElement {
  readonly for?: string;
  readonly host?: string;
  readonly proto?: string;
}

const NAMES: ReadonlySet<string> = new Set(['for', 'host', 'proto']);
/** A name and its value, which is a token or a quoted string; then what separates pairs or elements. */
const PAIR = /\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=("(?:[^"\\]|\\.)*"|[^\s",;]*)\s*([;,]?)/y;

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
}

/**
 * Reads the values of `Forwarded` headers.
 *
 * @returns the elements in their order, the nearest proxy last; what cannot be read ends the list
 */
export function parseForwarded(values: readonly string[]): readonly ForwardedElement[] {
  const text = values.join(', ');
  const elements: ForwardedElement[] = [];
  let element: Record<string, string> = {};
  PAIR.lastIndex = 0;
  for (let found = PAIR.exec(text); found !== null; found = PAIR.exec(text)) {
    const [, name = '', value = '', end] = found;
    if (NAMES.has(name.toLowerCase())) element[name.toLowerCase()] = unquoted(value);
    if (end === ';') continue;
    elements.push(element);
    element = {};
    if (end === '') break;
  }
  return elements;
}
