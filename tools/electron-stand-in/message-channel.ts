import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { strict } from './strict.ts';

const ends = new WeakMap<MessagePortMain, MessagePort>();

/** Over a port of Node, which clones and queues as Electron's does; like there, messages come only after start(). */
export class MessagePortMain extends EventEmitter {
  constructor(end: MessagePort) {
    super();
    const self = strict('MessagePortMain', this);
    ends.set(self, end);
    end.once('close', () => self.emit('close'));
    return self;
  }

  postMessage(message: unknown): void {
    endOf(this).postMessage(message);
  }

  start(): void {
    const end = endOf(this);
    if (end.listenerCount('message') === 0)
      end.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }

  close(): void {
    endOf(this).close();
  }
}

/** The port of Node below one of Electron's, for handing it over to a page. */
export function endOf(port: MessagePortMain): MessagePort {
  const end = ends.get(port);
  if (end === undefined) throw new TypeError('Cannot use this port: it is none of MessageChannelMain');
  return end;
}

export class MessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new MessagePortMain(port1);
    this.port2 = new MessagePortMain(port2);
    return strict('MessageChannelMain', this);
  }
}
