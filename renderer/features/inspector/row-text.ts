import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { termOf } from '../../state/filter-text.ts';
import { exchangeStatus } from '../../ui/exchange-status.ts';
import { formatDateTime, formatMs } from '../../ui/format.ts';

/** One line about an exchange, for a chat or a ticket. */
export function summaryLine(row: ExchangeRow): string {
  const { word } = exchangeStatus(row);
  const ms = String(Math.floor(row.atMs) % 1_000).padStart(3, '0');
  const to = row.provider === '' ? 'nobody' : row.providerClient || row.provider;
  const error = row.error === '' ? '' : ` ${row.error}`;
  return `#${String(row.seq)} ${formatDateTime(row.atMs)}.${ms} ${row.method} ${row.uri} ${row.from} → ${to} ${word}${error} ${formatMs(row.durationMs)}`;
}

const routeOf = ({ uri }: ExchangeRow): string => uri.split('?', 1)[0] ?? uri;

/** What hides rows like this one: the same method of the same route with the same outcome. */
export function hideTerm(row: ExchangeRow): string {
  const status = row.status === null ? 'status:pending' : termOf('status', String(row.status));
  return `-(${termOf('method', row.method)} ${termOf('route', routeOf(row))} ${status})`;
}

export interface FilterOffer {
  readonly name: string;
  readonly term: string;
}

/** Terms that a row offers to narrow the list by. */
export function filterOffers(row: ExchangeRow): readonly FilterOffer[] {
  const offers: FilterOffer[] = [
    { name: 'This service', term: termOf('service', row.service) },
    { name: 'This route', term: termOf('route', routeOf(row)) },
    { name: 'This caller', term: termOf('from', row.from) },
    { name: 'This connection', term: termOf('conn', row.connection) },
  ];
  if (row.provider !== '') offers.push({ name: 'This provider', term: termOf('provider', row.provider) });
  if (row.error !== '') offers.push({ name: 'The same error', term: termOf('error', row.error) });
  else if (row.status !== null) offers.push({ name: 'The same status', term: termOf('status', String(row.status)) });
  return offers.filter(({ term }) => !term.endsWith(':""'));
}
