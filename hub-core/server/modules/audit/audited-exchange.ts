import { Method, type Message, type MessageInit } from '../../../common/protocol/message.ts';
import { jsonMember } from '../../../common/protocol/json-member.ts';
import { methodWord } from '../../../common/protocol/words.ts';
import { splitUri } from '../../../common/route/path.ts';
import type { ExchangeOutcome } from '../../../common/traffic/exchange.ts';
import { canonicalAddress } from '../../address.ts';
import type { Caller } from '../../relay.ts';
import type { Exchange } from '../../service/exchange.ts';
import type { AuditEntry } from '../../storage/audit-record.ts';

/** How an exchange ended, as observers are told. */
export interface ExchangeEnd {
  readonly outcome: ExchangeOutcome;
  readonly answer: Message | MessageInit | undefined;
  readonly error: string;
}

/** What of a body may be told: no member that could ever hold a secret. */
const TOLD_MEMBERS: readonly string[] = ['id', 'role', 'may_call', 'may_provide'];
/** Of `services`, registering and leaving are what providers do all day; changing what a service is, is not. */
const AUDITED: ReadonlyMap<string, (pattern: string) => boolean> = new Map([
  ['clients', (): boolean => true],
  ['services', (pattern: string): boolean => pattern === '/update'],
]);
const READS: ReadonlySet<Method> = new Set([Method.Get, Method.Head, Method.Options]);

function toldOf({ payload }: Message): string {
  const told = TOLD_MEMBERS.map((name) => [name, jsonMember(payload, name)] as const);
  return told
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${Buffer.from(value ?? []).toString('utf8')}`)
    .join(', ');
}

/** @returns undefined when it was not done; else what there is to say of how it ended */
function outcomeOf(end: ExchangeEnd, sentMs: number): string | undefined {
  const { outcome, answer, error } = end;
  if (outcome === 'built-in') {
    // A one-way request has no answer: what was not refused counts as done.
    if (error !== '') return undefined;
    const status = answer?.status ?? 200;
    return status >= 200 && status <= 299 ? '' : undefined;
  }
  // It was begun, and goes on without whoever asked: better told of in vain than not at all.
  return outcome === 'refused' || Number.isNaN(sentMs) ? undefined : 'its caller did not wait for the outcome';
}

function addressOf({ remoteAddress }: Caller): string | null {
  return remoteAddress === undefined ? null : (canonicalAddress(remoteAddress) ?? remoteAddress);
}

/** Whether a request is one that changes what is noted. Nearly none is: this is asked on the hot path. */
export function isAudited({ service, pattern, message }: Exchange): boolean {
  const audits = service === undefined ? undefined : AUDITED.get(service);
  return audits !== undefined && audits(pattern) && !READS.has(message.method);
}

/** @returns what an audited request changed; undefined when it changed nothing */
export function auditedExchange(exchange: Exchange, end: ExchangeEnd): Omit<AuditEntry, 'atMs'> | undefined {
  const { caller, message, service = '', pattern, sentMs } = exchange;
  const outcome = outcomeOf(end, sentMs);
  if (outcome === undefined) return undefined;
  return {
    actor: caller.principal.clientId,
    via: caller.via,
    address: addressOf(caller),
    action: `${methodWord(message.method)} /${service}${pattern}`,
    target: splitUri(message.uri ?? '').path,
    detail: [toldOf(message), outcome].filter((part) => part !== '').join(', '),
  };
}
