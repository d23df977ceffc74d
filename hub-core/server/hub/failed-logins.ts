import { jsonMember } from '../../common/protocol/json-member.ts';
import type { Gate } from '../access/gate.ts';
import type { Exchange, ExchangeObserver } from '../service/exchange.ts';

const LOGIN = '/login';

/** Who the login was for, as it says. */
function claimed({ message }: Exchange): string | undefined {
  const member = jsonMember(message.payload, 'client');
  const value: unknown = member === undefined ? undefined : JSON.parse(Buffer.from(member).toString('utf8'));
  return typeof value === 'string' ? value : undefined;
}

/** Passwords can be guessed, keys cannot: a login that fails counts as a bad credential of its address. */
export function failedLogins(gate: Pick<Gate, 'noteOffence'>): ExchangeObserver {
  return {
    began() {
      // Nothing has failed yet.
    },
    // oxlint-disable-next-line max-params -- the observer's signature: an object for each call would cost on the hot path
    ended(exchange, _outcome, _answer, error) {
      if (error !== 'UNAUTHORIZED_ERR' || exchange.service !== 'auth' || exchange.pattern !== LOGIN) return;
      const { remoteAddress } = exchange.caller;
      if (remoteAddress !== undefined) gate.noteOffence(remoteAddress, 'credential', claimed(exchange));
    },
  };
}
