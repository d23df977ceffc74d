/**
 * Errors on their way to the wire and back: the only place where one becomes the other.
 *
 * @see RFC 9457, Problem Details for HTTP APIs
 */
import { HubError, RemoteError } from './hub-error.ts';
import { isErrorName, STATUS_OF, TITLE_OF } from './status.ts';

const TYPE_PREFIX = 'urn:whub:error:';

/** What an unexpected failure says to the outside: no stack, path or SQL leaves the process. */
const UNEXPECTED: Pick<HubError, 'errorName' | 'message' | 'instance' | 'extra'> = Object.freeze({
  errorName: 'INTERNAL_ERR',
  message: 'Cannot answer: the hub failed inside, and its log says why',
  instance: undefined,
  extra: undefined,
});

/** How much of an answer that is no problem document is shown as its detail. */
const MAX_TEXT_DETAIL = 300;

/** The JSON body of every error; further members may follow. */
export interface ProblemDocument {
  /** `urn:whub:error:NOT_FOUND_ERR` */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The path it is about. */
  readonly instance?: string;
  /** The hub that answered, when a hub did. */
  readonly hub?: string;
  /** The correlation id of the request, as its caller chose it. */
  readonly request?: number;
  readonly [extra: string]: unknown;
}

export interface ProblemContext {
  readonly hub?: string | undefined;
  readonly request?: number | undefined;
  /** Used when the error does not name a path itself. */
  readonly instance?: string | undefined;
}

/** Describes `error` for the other side. Anything but a {@link HubError} becomes INTERNAL_ERR with a fixed text. */
export function toProblem(error: unknown, about: ProblemContext = {}): ProblemDocument {
  const known = error instanceof HubError ? error : UNEXPECTED;
  const { errorName, message, extra } = known;
  const instance = known.instance ?? about.instance;
  return {
    ...extra,
    type: TYPE_PREFIX + errorName,
    title: TITLE_OF[errorName],
    status: STATUS_OF[errorName],
    detail: message,
    ...(instance !== undefined && { instance }),
    ...(about.hub !== undefined && { hub: about.hub }),
    ...(about.request !== undefined && { request: about.request }),
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The document as the bytes of a Json payload. */
export function problemPayload(problem: ProblemDocument): Uint8Array {
  return encoder.encode(JSON.stringify(problem));
}

/**
 * Rebuilds what the other side answered, from whatever it sent: a body that is no problem document becomes the detail.
 *
 * @param status of the Response, which counts when the document says otherwise
 */
export function remoteErrorFrom(status: number, payload: Uint8Array): RemoteError {
  const text = decoder.decode(payload);
  const problem = parseObject(text);
  if (problem === undefined) return new RemoteError(status, undefined, shorten(text));
  const type = problem['type'];
  const word = typeof type === 'string' && type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : '';
  const errorName = isErrorName(word) && STATUS_OF[word] === status ? word : undefined;
  const detail = [problem['detail'], problem['title']].find((candidate) => typeof candidate === 'string');
  return new RemoteError(status, errorName, detail ?? shorten(text));
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function shorten(text: string): string {
  const line = text.trim();
  if (line === '') return 'no further detail';
  return line.length > MAX_TEXT_DETAIL ? `${line.slice(0, MAX_TEXT_DETAIL)}…` : line;
}
