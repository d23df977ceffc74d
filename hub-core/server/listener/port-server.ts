import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Connections that the system keeps until they are accepted: as many as it will (Linux: `net.core.somaxconn`, 4,096). Those
 * that find no room try again after 1, 3, 7 and 15 s, and then some are reset: with Node's 511, that befell a thousand clients
 * which came at once to a busy hub.
 */
const BACKLOG = 65_535;

export interface PortServerOptions {
  /** Addresses or names; `localhost` is both 127.0.0.1 and, where there is one, ::1. */
  readonly hosts: readonly string[];
  /** 0 = the system chooses, the same for all of them. */
  readonly port: number;
  readonly onSocket: (socket: Socket) => void;
  /** Of addresses whose port the system chose: whether it is free for whatever else wants that number. Absent = nothing does. */
  readonly isFree?: (addresses: readonly AddressInfo[]) => Promise<boolean>;
  /** The system could not accept a connection, for want of file descriptors for example. */
  readonly onError: (error: Error) => void;
}

/** How often a free port is looked for that is free on every address. */
const MAX_ATTEMPTS = 10;

const LOCALHOST: readonly BindTarget[] = [
  { host: '127.0.0.1', isOptional: false },
  { host: '::1', isOptional: true },
];
/** Without IPv6 a machine has no ::1. */
const NO_SUCH_ADDRESS: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

interface BindTarget {
  readonly host: string;
  readonly isOptional: boolean;
}

/** Could not listen; `host` says where. */
export class BindError extends Error {
  override readonly name = 'BindError';
  readonly code: string;
  readonly host: string;

  constructor(host: string, cause: NodeJS.ErrnoException) {
    super(`Cannot listen on "${host}": ${cause.message}`, { cause });
    this.code = cause.code ?? '';
    this.host = host;
  }
}

/** Listens on one port of one or more addresses. */
export class PortServer {
  readonly #options: PortServerOptions;
  #servers: readonly Server[] = [];
  /** Accepted by the system before anybody could take them. */
  #early: Socket[] | undefined = [];

  constructor(options: PortServerOptions) {
    this.#options = options;
  }

  /**
   * Connections wait until {@link open}.
   *
   * @returns the addresses, in the order of the hosts, at least one
   * @throws {BindError} when one of them cannot be listened on; then none is
   */
  async listen(): Promise<readonly [AddressInfo, ...AddressInfo[]]> {
    const { hosts, port, isFree = () => Promise.resolve(true) } = this.#options;
    const targets = hosts.flatMap((host) => (host === 'localhost' ? LOCALHOST : [{ host, isOptional: false }]));
    for (let attempt = 1; ; attempt += 1) {
      try {
        const addresses = await this.#listenOnAll(targets);
        if (port !== 0 || attempt === MAX_ATTEMPTS || (await isFree(addresses))) return addresses;
        this.#stopListening();
      } catch (error) {
        const isChosenPortTaken = port === 0 && error instanceof BindError && error.code === 'EADDRINUSE';
        if (!isChosenPortTaken || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** Hands over connections, from the first on. */
  open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const socket of early) this.#options.onSocket(socket);
  }

  /** Accepts nothing more; what was handed over goes on. */
  close(): void {
    this.#stopListening();
    for (const socket of this.#early ?? []) socket.destroy();
    this.#early = undefined;
  }

  #stopListening(): void {
    for (const server of this.#servers) server.close();
    this.#servers = [];
  }

  async #listenOnAll(targets: readonly BindTarget[]): Promise<readonly [AddressInfo, ...AddressInfo[]]> {
    const addresses: AddressInfo[] = [];
    const servers: Server[] = [];
    try {
      for (const target of targets) {
        const server = this.#create();
        const address = await bind(server, target, addresses[0]?.port ?? this.#options.port);
        if (address === undefined) continue;
        servers.push(server);
        addresses.push(address);
      }
    } catch (error) {
      for (const server of servers) server.close();
      throw error;
    }
    const [first, ...more] = addresses;
    if (first === undefined) throw new TypeError('Cannot listen: there is no address to listen on');
    this.#servers = servers;
    for (const server of servers) server.on('error', this.#options.onError);
    return [first, ...more];
  }

  #create(): Server {
    // Half open: whoever has said everything may still be answered.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.on('connection', (socket) => {
      if (this.#early === undefined) this.#options.onSocket(socket);
      else this.#early.push(socket);
    });
    return server;
  }
}

/** @returns undefined when there is no such address and need not be */
async function bind(server: Server, { host, isOptional }: BindTarget, port: number): Promise<AddressInfo | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, backlog: BACKLOG, exclusive: true }, resolve);
  try {
    await promise;
  } catch (error) {
    if (isOptional && error instanceof Error && 'code' in error && NO_SUCH_ADDRESS.has(error.code)) return undefined;
    throw error instanceof Error ? new BindError(host, error) : error;
  }
  server.off('error', reject);
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new TypeError('Cannot tell the port: the server is not listening on one');
  return address;
}
