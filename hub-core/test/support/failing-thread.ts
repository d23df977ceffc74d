/** A thread that fails as it is told: for what the host does about it. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (command: { readonly type: string }) => {
  switch (command.type) {
    case 'ping':
      parentPort?.postMessage({ type: 'pong' }, []);
      return;
    case 'throw':
      throw new Error('thrown on demand');
    case 'exit':
      process.exit(3);
      return;
    case 'loop':
      for (;;);
    default:
      parentPort?.postMessage({ type: 'stopped' }, []);
      parentPort?.close();
  }
});
parentPort?.postMessage({ type: 'ready' }, []);
