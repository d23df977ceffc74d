import { decodeClone, encodeClone } from './clone-codec.ts';

/** What passes between the preload's world in the page and the main process; payloads are encoded clones. */
export type WorldMessage =
  | { readonly type: 'send'; readonly channel: string; readonly args: string }
  | { readonly type: 'invoke'; readonly id: number; readonly channel: string; readonly args: string }
  | { readonly type: 'port'; readonly port: number; readonly data: string }
  | { readonly type: 'port-closed'; readonly port: number };

export type MainMessage =
  | { readonly type: 'event'; readonly channel: string; readonly args: string; readonly ports: readonly number[] }
  | { readonly type: 'result'; readonly id: number; readonly ok: boolean; readonly value: string }
  | { readonly type: 'port'; readonly port: number; readonly data: string }
  | { readonly type: 'port-closed'; readonly port: number };

/** Name of the isolated world, and of the function by which it reaches the main process. */
export const PRELOAD_WORLD = 'electron-stand-in-preload';
export const TO_MAIN = '__standInToMain';
export const FROM_MAIN = '__standInFromMain';

/**
 * Runs in the page's own world before its scripts: makes what the preload exposes out of what it hears of the isolated one.
 * Self-contained, its source is evaluated in the page.
 */
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

/**
 * Runs in the isolated world: the part of Electron that a sandboxed preload has, then the preload itself. There is no Node
 * module to be had. Self-contained but for the functions handed in.
 */
function isolatedWorld(
  secret: string,
  names: { toMain: string; fromMain: string },
  codec: { encode: (value: unknown) => string; decode: (text: string) => unknown },
  preload: (require: (name: string) => unknown, module: { exports: object }, exports: object) => void,
): void {
  if (window !== window.top) return;
  const globals = globalThis as unknown as Record<string, (text: string) => void>;
  const toMain = (message: object): void => globals[names.toMain]?.(JSON.stringify(message));
  const strict = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(object, member, receiver) {
        if (typeof member === 'string' && !(member in object) && member !== 'then') {
          throw new TypeError(`Cannot use ${name}.${member} in a preload: the stand-in for Electron does not have it`);
        }
        return Reflect.get(object, member, receiver) as unknown;
      },
    });

  const ports = new Map<number, MessagePort>();
  const openPort = (id: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    ports.set(id, port1);
    port1.addEventListener('message', (event) => toMain({ type: 'port', port: id, data: codec.encode(event.data) }));
    port1.addEventListener('close', () => {
      if (ports.delete(id)) toMain({ type: 'port-closed', port: id });
    });
    port1.start();
    return port2;
  };

  type Listener = (event: object, ...args: unknown[]) => void;
  const listeners = new Map<string, Listener[]>();
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let invocations = 0;
  const clone = (args: readonly unknown[]): string => codec.encode(structuredClone(args));
  const ipcRenderer = strict('ipcRenderer', {
    on: (channel: string, listener: Listener) =>
      void listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
    send: (channel: string, ...args: unknown[]) => toMain({ type: 'send', channel, args: clone(args) }),
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise((resolve, reject) => {
        invocations += 1;
        pending.set(invocations, { resolve, reject });
        toMain({ type: 'invoke', id: invocations, channel, args: clone(args) });
      }),
  });

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
  const contextBridge = strict('contextBridge', {
    exposeInMainWorld(name: string, api: unknown) {
      exposed.set(name, api);
      const detail = JSON.stringify({ name, shape: shapeOf(api) });
      window.dispatchEvent(new CustomEvent(`${secret}:expose`, { detail }));
    },
  });

  globals[names.fromMain] = (text: string) => {
    const message = JSON.parse(text) as {
      type: string;
      channel: string;
      args: string;
      ports: number[];
      id: number;
      ok: boolean;
      value: string;
      port: number;
      data: string;
    };
    if (message.type === 'event') {
      const event = strict('event', { ports: message.ports.map(openPort), sender: ipcRenderer });
      for (const listener of listeners.get(message.channel) ?? []) {
        listener(event, ...(codec.decode(message.args) as unknown[]));
      }
    } else if (message.type === 'result') {
      const call = pending.get(message.id);
      pending.delete(message.id);
      const value = codec.decode(message.value);
      if (message.ok) call?.resolve(value);
      else call?.reject(value as Error);
    } else if (message.type === 'port') {
      ports.get(message.port)?.postMessage(codec.decode(message.data));
    } else {
      const port = ports.get(message.port);
      ports.delete(message.port);
      port?.close();
    }
  };

  const electron = strict('electron', { contextBridge, ipcRenderer });
  const module = { exports: {} };
  preload(
    (name) => {
      if (name === 'electron') return electron;
      throw new Error(`Cannot find module "${name}": a sandboxed preload has none but "electron"`);
    },
    module,
    module.exports,
  );
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
  const names = JSON.stringify({ toMain: TO_MAIN, fromMain: FROM_MAIN });
  const codec = `{ encode: ${encodeClone.toString()}, decode: ${decodeClone.toString()} }`;
  const run = `function (require, module, exports) {\n${preload}\n}`;
  return `(${isolatedWorld.toString()})(${JSON.stringify(secret)}, ${names}, ${codec}, ${run})`;
}
