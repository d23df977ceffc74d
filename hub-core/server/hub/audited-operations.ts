import { audited, type AuditedGroup } from '../modules/audit/index.ts';
import type { Audit } from '../modules/audit/index.ts';
import type { Hub } from './hub.ts';

type Operations = Pick<Hub, 'connections' | 'services' | 'clients' | 'blocks'>;

const GRANTS = ['may_call', 'may_provide'];

const GROUPS: Readonly<Record<keyof Operations, AuditedGroup>> = {
  connections: { name: 'connections', reads: ['list', 'history', 'ping'], tells: { close: ['reason'] } },
  services: {
    name: 'services',
    reads: ['list', 'contractOf'],
    tells: { drain: ['provider'], undrain: ['provider'], eject: ['provider', 'ms'], setWeight: ['provider', 'weight'] },
  },
  clients: {
    name: 'clients',
    reads: ['list'],
    tells: { register: GRANTS, setGrants: GRANTS, revokeCredential: ['credential'] },
  },
  blocks: {
    name: 'blocks',
    reads: ['list'],
    tells: { add: ['kind', 'reason', 'forMs'], remove: ['kind'] },
    targetAt: { remove: 1 },
  },
};

/** What the console and a program that embeds the hub do with it, noted. */
export function auditedOperations(operations: Operations, audit: Audit): Operations {
  const note =
    (group: keyof Operations) =>
    <T extends object>(inner: T): T =>
      audited(inner, GROUPS[group], (change) =>
        audit.record({ actor: 'console', via: 'console', address: null, ...change }),
      );
  return {
    connections: note('connections')(operations.connections),
    services: note('services')(operations.services),
    clients: note('clients')(operations.clients),
    blocks: note('blocks')(operations.blocks),
  };
}
