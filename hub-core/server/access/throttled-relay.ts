import { RequestError } from '../../common/errors/hub-error.ts';
import { Flag } from '../../common/protocol/message.ts';
import { splitUri } from '../../common/route/path.ts';
import type { Relay, RelayRequest } from '../relay.ts';
import { problemResponse } from './problem-response.ts';
import { RelayDecorator } from './relay-decorator.ts';

/** Whose requests are counted together. */
export interface ThrottleSubject {
  /** Undefined for the hub's own console. */
  readonly address: string | undefined;
  readonly client: string;
  readonly service: string;
}

/** @returns 0 when the request may pass, else the ms after which it could, and whose rate it was over */
export type RequestThrottle = (subject: ThrottleSubject) => { readonly waitMs: number; readonly whose: string };

/** As the service layer will read it; what it will refuse stays as it is. */
function serviceOf(path: string): string {
  const segment = path.split('/', 2)[1] ?? '';
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}

/** Answers requests over a rate with 429 before the service layer hears of them. */
export class ThrottledRelay extends RelayDecorator {
  readonly #throttle: RequestThrottle;
  readonly #hubId: string;

  constructor(inner: Relay, options: { readonly throttle: RequestThrottle; readonly hubId: string }) {
    super(inner);
    this.#throttle = options.throttle;
    this.#hubId = options.hubId;
  }

  override request(request: RelayRequest): void {
    const { caller, message } = request;
    if (caller.via === 'console') {
      this.inner.request(request);
      return;
    }
    const { path } = splitUri(message.uri ?? '');
    const { waitMs, whose } = this.#throttle({
      address: caller.remoteAddress,
      client: caller.principal.clientId,
      service: serviceOf(path),
    });
    if (waitMs === 0) {
      this.inner.request(request);
    } else if ((message.flags & Flag.OneWay) === 0) {
      const error = new RequestError('THROTTLED_ERR', `Cannot take the request now: ${whose} asks too often`, {
        extra: { retry_after_ms: waitMs },
      });
      caller.respond(message.id, problemResponse(error, { hub: this.#hubId, request: message.id, instance: path }));
    }
  }
}
