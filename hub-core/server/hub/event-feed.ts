import type { Auth } from '../modules/auth/index.ts';
import type { ClientChange, ClientManager } from '../modules/client-manager/index.ts';
import type { ConnectionManager } from '../modules/connection-manager/index.ts';
import type { EventLog } from '../modules/event-log/index.ts';
import type { ServiceLayer } from '../service/service-layer.ts';

export interface EventFeedDeps {
  readonly log: EventLog;
  readonly connections: ConnectionManager;
  readonly services: ServiceLayer;
  readonly clients: ClientManager;
  readonly auth: Auth;
}

const CLIENT_EVENT: Readonly<Record<ClientChange['kind'], 'client-registered' | 'client-revoked'>> = {
  registered: 'client-registered',
  restored: 'client-registered',
  revoked: 'client-revoked',
};

function feedConnections({ log, connections }: EventFeedDeps): Disposable {
  const feed = new DisposableStack();
  feed.use(
    connections.onDidOpen.subscribe(({ connectionId: connection, clientId: client, remoteAddress, agent }) => {
      const text = `${client} connected from ${remoteAddress}${agent === '' ? '' : ` with ${agent}`}`;
      log.append({ kind: 'connected', level: 'info', text, connection, client });
    }),
  );
  feed.use(
    connections.onDidClose.subscribe(({ connectionId: connection, client, closeReason }) => {
      // One that never got in is told of as `auth-failed`, or is not worth telling.
      if (client === undefined) return;
      const text = `${client} disconnected: ${closeReason ?? ''}`;
      log.append({ kind: 'disconnected', level: 'info', text, connection, client });
    }),
  );
  feed.use(
    connections.onDidRefuse.subscribe(({ connection: { connectionId: connection, remoteAddress }, client, error }) => {
      const text = `Refused a connection from ${remoteAddress}: ${error.message}`;
      log.append({ kind: 'auth-failed', level: 'warn', text, connection, ...(client !== undefined && { client }) });
    }),
  );
  return feed;
}

function feedServices({ log, services }: EventFeedDeps): Disposable {
  return services.onDidChange.subscribe(({ event, service, provider = '', client = '', reason = '' }) => {
    const about = `${client} (${provider})`;
    if (event === 'provider-ejected') {
      const text = `/${service} gives ${about} no new requests: ${reason}`;
      log.append({ kind: 'provider-ejected', level: 'warn', text, client, service });
      return;
    }
    if (event === 'provider-admitted') {
      const text = `/${service} gives ${about} requests again${reason === '' ? '' : `: ${reason}`}`;
      log.append({ kind: 'provider-admitted', level: 'info', text, client, service });
      return;
    }
    if (event === 'provider-added') {
      log.append({
        kind: 'provider-registered',
        level: 'info',
        text: `${client} provides /${service} (${provider})`,
        client,
        service,
      });
    } else if (event === 'provider-removed') {
      log.append({
        kind: 'provider-lost',
        level: 'warn',
        text: `${client} no longer provides /${service} (${provider})`,
        client,
        service,
      });
    }
  });
}

function feedWarnings({ log, services }: EventFeedDeps): Disposable {
  return services.onDidWarn.subscribe(({ channel, reason }) => {
    const { clientId: client } = channel.link;
    const service = channel.service.id;
    const text = `/${service} got an answer from ${client} (${channel.id}) that breaks its schema: ${reason}`;
    log.append({ kind: 'hub', level: 'warn', text, client, service });
  });
}

function feedClients({ log, clients }: EventFeedDeps): Disposable {
  return clients.onDidChange.subscribe(({ kind, client }) => {
    log.append({ kind: CLIENT_EVENT[kind], level: 'info', text: `Client ${client} was ${kind}`, client });
  });
}

function feedLogins({ log, auth }: EventFeedDeps): Disposable {
  return auth.onDidHaveTrouble.subscribe(({ kind, client, address }) => {
    const from = address === '' ? '' : ` from ${address}`;
    const who = client === undefined ? 'an unknown client' : client;
    const text =
      kind === 'login-failed'
        ? `Refused a login as ${who}${from}`
        : `Ended a session of ${who}: its refresh token was used twice, so somebody else may have it`;
    log.append({ kind: 'auth-failed', level: 'warn', text, ...(client !== undefined && { client }) });
  });
}

/** Writes down what happens in the hub, until disposed. */
export function feedEvents(deps: EventFeedDeps): Disposable {
  const feed = new DisposableStack();
  feed.use(feedConnections(deps));
  feed.use(feedServices(deps));
  feed.use(feedWarnings(deps));
  feed.use(feedClients(deps));
  feed.use(feedLogins(deps));
  return feed;
}
