import { Method, type Message } from '../../../common/protocol/message.ts';

/** Reading never shows a secret; what is written may bring one, and its answer too. */
const READS: ReadonlySet<Method> = new Set([Method.Get, Method.Head, Method.Options]);

/** What can follow the slash of such a path: the first letter, or an encoded one. */
const MAY_BE: ReadonlySet<string> = new Set(['a', 'c', '%', '/']);

/** First segment of the path as the hub routes by it. */
function decodedService(uri: string): string {
  const segment = /^\/*([^/?]*)/.exec(uri)?.[1] ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** True for requests whose bodies, or whose answers' bodies, hold passwords, tokens or keys: those are never captured. */
export function holdsSecrets({ uri = '', method }: Pick<Message, 'uri' | 'method'>): boolean {
  // Almost every request is told by one character: this is on the way of each.
  if (!MAY_BE.has(uri.charAt(1))) return false;
  const service = decodedService(uri);
  return service === 'auth' || (service === 'clients' && !READS.has(method));
}
