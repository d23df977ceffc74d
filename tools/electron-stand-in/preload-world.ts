import { decodeClone, encodeClone } from './clone-codec.ts';

/** What passes between the preload's world in the page and the main process; payloads are encoded clones. */
export type WorldMessage =
  | { readonly type: 'send'; readonly channel: string; readonly args: string }
  | { readonly type: 'invoke'; readonly id: number; readonly channel: string; readonly args: string }
  | PortMessage;

interface EventMessage {
  readonly type: 'event';
  readonly channel: string;
  readonly args: string;
  readonly ports: readonly number[];
}
interface ResultMessage {
  readonly type: 'result';
  readonly id: number;
  readonly ok: boolean;
  readonly value: string;
}
type PortMessage =
  | { readonly type: 'port'; readonly port: number; readonly data: string }
  | { readonly type: 'port-closed'; readonly port: number };

export type MainMessage = EventMessage | ResultMessage | PortMessage;

/** Name of the isolated world, and of the functions by which it and the main process reach each other. */
export const PRELOAD_WORLD = 'electron-stand-in-preload';
export const TO_MAIN = '__standInToMain';
export const FROM_MAIN = '__standInFromMain';

interface Codec {
  readonly encode: (value: unknown) => string;
  readonly decode: (text: string) => unknown;
}
type Tell = (message: WorldMessage) => void;
type Strict = <T extends object>(name: string, target: T) => T;

/* Each function below is evaluated in the page by its source text, so it uses nothing but what it is given. */

/** In the page's own world, before its scripts: makes what the preload exposes out of what it hears of the isolated one. */
function mainWorld(secret: string): void {
  if (window !== window.top) return;
  let calls = 0;
  const call = (path: string, args: readonly unknown[]): unknown => {
    calls += 1;
    let answer: { readonly ok: boolean; readonly value: unknown } | undefined;
    const take = (event: Event): void => {
      answer = JSON.parse((event as CustomEvent<string>).detail) as typeof answer;
    };
    window.addEventListener(`${secret}:return:${String(calls)}`, take, { once: true });
    const detail = JSON.stringify({ id: calls, path, args: structuredClone(args) });
    window.dispatchEvent(new CustomEvent(`${secret}:call`, { detail }));
    if (answer === undefined) throw new Error(`Cannot call "${path}": the preload does not answer`);
    if (!answer.ok) throw new Error(String(answer.value));
    return answer.value;
  };
  const build = (shape: unknown, path: string): unknown => {
    if (shape === 'function') return (...args: unknown[]) => call(path, args);
    if (typeof shape !== 'object' || shape === null || !('members' in shape)) {
      return (shape as { value: unknown }).value;
    }
    const members = Object.entries(shape.members as Record<string, unknown>);
    return Object.freeze(Object.fromEntries(members.map(([key, each]) => [key, build(each, `${path}.${key}`)])));
  };
  window.addEventListener(`${secret}:expose`, (event) => {
    const { name, shape } = JSON.parse((event as CustomEvent<string>).detail) as { name: string; shape: unknown };
    Object.defineProperty(window, name, { value: build(shape, name), enumerable: true });
  });
}

/** In the isolated world: as `strict` in the main process. */
function strictInWorld<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, member) {
      if (typeof member === 'string' && !(member in object) && member !== 'then') {
        throw new TypeError(`Cannot use ${name}.${member} in a preload: the stand-in for Electron does not have it`);
      }
      return Reflect.get(object, member) as unknown;
    },
  });
}

interface Ports {
  open(id: number): MessagePort;
  take(message: PortMessage): void;
}

/** Ports whose other end is in the main process. */
function createPorts(tell: Tell, codec: Codec): Ports {
  const ports = new Map<number, MessagePort>();
  return {
    open(id) {
      const { port1, port2 } = new MessageChannel();
      ports.set(id, port1);
      port1.addEventListener('message', (event) => tell({ type: 'port', port: id, data: codec.encode(event.data) }));
      port1.addEventListener('close', () => {
        if (ports.delete(id)) tell({ type: 'port-closed', port: id });
      });
      port1.start();
      return port2;
    },
    take(message) {
      const port = ports.get(message.port);
      if (message.type === 'port') {
        port?.postMessage(codec.decode(message.data));
      } else {
        ports.delete(message.port);
        port?.close();
      }
    },
  };
}

type Listener = (event: object, ...args: unknown[]) => void;

interface Ipc {
  readonly ipcRenderer: object;
  event(channel: string, event: object, args: readonly unknown[]): void;
  result(message: ResultMessage): void;
}

function createIpc(tell: Tell, codec: Codec, strict: Strict): Ipc {
  const listeners = new Map<string, Listener[]>();
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let invocations = 0;
  const clone = (args: readonly unknown[]): string => codec.encode(structuredClone(args));
  return {
    ipcRenderer: strict('ipcRenderer', {
      on: (channel: string, listener: Listener) =>
        void listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
      send: (channel: string, ...args: unknown[]) => tell({ type: 'send', channel, args: clone(args) }),
      invoke: (channel: string, ...args: unknown[]) =>
        new Promise((resolve, reject) => {
          invocations += 1;
          pending.set(invocations, { resolve, reject });
          tell({ type: 'invoke', id: invocations, channel, args: clone(args) });
        }),
    }),
    event(channel, event, args) {
      for (const listener of listeners.get(channel) ?? []) listener(event, ...args);
    },
    result({ id, ok, value }) {
      const call = pending.get(id);
      pending.delete(id);
      if (ok) call?.resolve(codec.decode(value));
      else call?.reject(codec.decode(value) as Error);
    },
  };
}

/** Half of the context bridge: the other half is in the page's own world. */
function createBridge(secret: string, strict: Strict): object {
  const exposed = new Map<string, unknown>();
  const shapeOf = (value: unknown): unknown => {
    if (typeof value === 'function') return 'function';
    if (typeof value !== 'object' || value === null) return { value };
    return { members: Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)])) };
  };
  const memberOf = (path: string): unknown => {
    const [name = '', ...rest] = path.split('.');
    return rest.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], exposed.get(name));
  };
  window.addEventListener(`${secret}:call`, (event) => {
    const { id, path, args } = JSON.parse((event as CustomEvent<string>).detail) as {
      id: number;
      path: string;
      args: unknown[];
    };
    let answer: object;
    try {
      answer = { ok: true, value: (memberOf(path) as (...given: unknown[]) => unknown)(...args) };
    } catch (error) {
      answer = { ok: false, value: String(error) };
    }
    window.dispatchEvent(new CustomEvent(`${secret}:return:${String(id)}`, { detail: JSON.stringify(answer) }));
  });
  return strict('contextBridge', {
    exposeInMainWorld(name: string, api: unknown) {
      exposed.set(name, api);
      const detail = JSON.stringify({ name, shape: shapeOf(api) });
      window.dispatchEvent(new CustomEvent(`${secret}:expose`, { detail }));
    },
  });
}

interface WorldParts {
  readonly secret: string;
  readonly names: { readonly toMain: string; readonly fromMain: string };
  readonly codec: Codec;
  readonly strict: Strict;
  readonly createPorts: typeof createPorts;
  readonly createIpc: typeof createIpc;
  readonly createBridge: typeof createBridge;
  readonly preload: (require: (name: string) => unknown, module: { exports: object }, exports: object) => void;
}

/** The part of Electron that a sandboxed preload has, then the preload itself. There is no Node module to be had. */
function isolatedWorld({ secret, names, codec, strict, preload, ...make }: WorldParts): void {
  if (window !== window.top) return;
  const globals = globalThis as unknown as Record<string, (text: string) => void>;
  const tell: Tell = (message) => globals[names.toMain]?.(JSON.stringify(message));
  const ports = make.createPorts(tell, codec);
  const ipc = make.createIpc(tell, codec, strict);
  const contextBridge = make.createBridge(secret, strict);

  globals[names.fromMain] = (text: string) => {
    const message = JSON.parse(text) as MainMessage;
    if (message.type === 'result') ipc.result(message);
    else if (message.type === 'event') {
      const event = strict('event', { ports: message.ports.map((id) => ports.open(id)), sender: ipc.ipcRenderer });
      ipc.event(message.channel, event, codec.decode(message.args) as unknown[]);
    } else ports.take(message);
  };

  const electron = strict('electron', { contextBridge, ipcRenderer: ipc.ipcRenderer });
  const module = { exports: {} };
  const require = (name: string): unknown => {
    if (name === 'electron') return electron;
    throw new Error(`Cannot find module "${name}": a sandboxed preload has none but "electron"`);
  };
  preload(require, module, module.exports);
}

/** The script for the page's own world. */
export function mainWorldScript(secret: string): string {
  return `(${mainWorld.toString()})(${JSON.stringify(secret)})`;
}

/**
 * The script for the isolated world.
 * @param preload source of the built preload, CommonJS
 */
export function isolatedWorldScript(secret: string, preload: string): string {
  const parts = [
    `secret: ${JSON.stringify(secret)}`,
    `names: ${JSON.stringify({ toMain: TO_MAIN, fromMain: FROM_MAIN })}`,
    `codec: { encode: ${encodeClone.toString()}, decode: ${decodeClone.toString()} }`,
    `strict: ${strictInWorld.toString()}`,
    ...[createPorts, createIpc, createBridge].map((part) => `${part.name}: ${part.toString()}`),
    `preload: function (require, module, exports) {\n${preload}\n}`,
  ];
  return `(${isolatedWorld.toString()})({ ${parts.join(',\n')} })`;
}
