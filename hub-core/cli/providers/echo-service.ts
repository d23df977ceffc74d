import type { ProvideOptions, ProviderRequest, ReplyInit } from '../../client/node/index.ts';

/** Headers that describe the body, which goes back unchanged. */
const KEPT = ['content-type', 'content-encoding', 'content-language'];

function echo(request: ProviderRequest): ReplyInit {
  const headers = KEPT.flatMap((name) => request.headers.all(name).map((value): [string, string] => [name, value]));
  // A long body goes back while it still comes in.
  return { body: request.isStreamed ? request.stream : request.bytes(), encoding: request.encoding, headers };
}

/** Answers every request with its own body. */
export function echoService(id: string): ProvideOptions {
  return {
    id,
    description: 'Answers every request with its own body',
    routes: [{ pattern: '/*path', summary: 'The same bytes again', idempotent: true, stream: true, handler: echo }],
  };
}
