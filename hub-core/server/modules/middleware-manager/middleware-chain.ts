import type { Codec } from '../../../common/protocol/codec.ts';
import {
  EMPTY_BYTES,
  Encoding,
  Flag,
  Kind,
  NO_HEADERS,
  type Message,
  type MessageInit,
} from '../../../common/protocol/message.ts';
import { checkOutgoing } from '../../../common/protocol/outgoing-rules.ts';
import { encodingWord } from '../../../common/protocol/words.ts';
import { splitUri } from '../../../common/route/path.ts';
import { problemResponse } from '../../access/problem-response.ts';
import { rebuiltMessage } from '../../access/rebuilt-message.ts';
import type { Middleware, MiddlewareAnswer } from '../../middleware.ts';
import type { RequestView } from './request-view.ts';
import { readAfter, readBefore } from './verdicts.ts';

export type Answer = Message | MessageInit;

/** How far a request got: so many hooks let it pass, and what answered it when that was not all of them. */
export interface Passed {
  readonly passed: number;
  readonly answer: Answer | undefined;
}

/** What a middleware did that is counted. */
export type Deed = 'answered' | 'refused' | 'failed';

export interface MiddlewareChainDeps {
  readonly hubId: string;
  /** Of binary messages. */
  readonly codec: Codec;
  readonly note: (middleware: string, deed: Deed, error?: unknown) => void;
}

/** A request and the id that its caller gave it. */
export interface Subject {
  readonly view: RequestView;
  readonly requestId: number;
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

function answerView(answer: Answer): MiddlewareAnswer {
  const { status = 0, headers = NO_HEADERS, encoding = Encoding.Bytes, payload = EMPTY_BYTES } = answer;
  return { status, headers, encoding: encodingWord(encoding), payload };
}

/**
 * Runs hooks one after the other. Nothing here rejects or throws: what a hook does wrong is an answer. As long as no hook
 * returns a promise, neither does this.
 */
export class MiddlewareChain {
  readonly #list: readonly Middleware[];
  readonly #deps: MiddlewareChainDeps;
  /** Whether anyone wants to see answers. */
  readonly hasAfter: boolean;

  constructor(list: readonly Middleware[], deps: MiddlewareChainDeps) {
    this.#list = list;
    this.#deps = deps;
    this.hasAfter = list.some((middleware) => middleware.after !== undefined);
  }

  /** @param from the first whose hook is asked */
  before(subject: Subject, from = 0): Passed | Promise<Passed> {
    for (const [index, middleware] of this.#list.entries()) {
      if (index < from || middleware.before === undefined) continue;
      let verdict: unknown;
      try {
        verdict = middleware.before(subject.view);
      } catch (error) {
        return { passed: index, answer: this.#failed(middleware, subject, error) };
      }
      if (isPromise(verdict)) return this.#beforeLater(index, verdict, subject);
      const answer = this.#judge(middleware, verdict, subject);
      if (answer !== undefined) return { passed: index, answer };
    }
    return { passed: this.#list.length, answer: undefined };
  }

  /** @param passed those before it see the answer, the last of them first */
  after(subject: Subject, given: Answer, passed: number): Answer | Promise<Answer> {
    let answer = given;
    for (let index = passed - 1; index >= 0; index -= 1) {
      const middleware = this.#list[index];
      if (middleware?.after === undefined) continue;
      let verdict: unknown;
      try {
        verdict = middleware.after(subject.view, answerView(answer));
      } catch (error) {
        answer = this.#failed(middleware, subject, error);
        continue;
      }
      if (isPromise(verdict)) return this.#afterLater({ middleware, verdict, index, answer }, subject);
      answer = this.#change(middleware, verdict, { subject, answer });
    }
    return answer;
  }

  async #beforeLater(index: number, verdict: PromiseLike<unknown>, subject: Subject): Promise<Passed> {
    const middleware = this.#list[index];
    if (middleware === undefined) return { passed: index, answer: undefined };
    try {
      const answer = this.#judge(middleware, await verdict, subject);
      if (answer !== undefined) return { passed: index, answer };
    } catch (error) {
      return { passed: index, answer: this.#failed(middleware, subject, error) };
    }
    return this.before(subject, index + 1);
  }

  async #afterLater(
    hook: {
      readonly middleware: Middleware;
      readonly verdict: PromiseLike<unknown>;
      readonly index: number;
      readonly answer: Answer;
    },
    subject: Subject,
  ): Promise<Answer> {
    const { middleware, verdict, index } = hook;
    let answer: Answer;
    try {
      answer = this.#change(middleware, await verdict, { subject, answer: hook.answer });
    } catch (error) {
      answer = this.#failed(middleware, subject, error);
    }
    return this.after(subject, answer, index);
  }

  /** @returns what answers the request; undefined when it goes on */
  #judge(middleware: Middleware, verdict: unknown, subject: Subject): Answer | undefined {
    if (verdict === undefined) return undefined;
    try {
      const decision = readBefore(verdict);
      switch (decision.kind) {
        case 'headers':
          checkOutgoing({ kind: Kind.Request, headers: decision.headers }, 0, 0);
          subject.view.setHeaders(decision.headers);
          return undefined;
        case 'answer': {
          // Read back, so that it counts as what a service said, not the hub: a page in it is shut off as theirs are.
          const { codec } = this.#deps;
          const answer = { kind: Kind.Response, id: subject.requestId, ...decision.answer };
          const message = codec.decode(codec.encode(answer));
          this.#deps.note(middleware.name, 'answered');
          return message;
        }
        case 'refuse':
          this.#deps.note(middleware.name, 'refused');
          return this.problem(decision.error, subject);
      }
    } catch (error) {
      return this.#failed(middleware, subject, error);
    }
  }

  #change(
    middleware: Middleware,
    verdict: unknown,
    { subject, answer }: { readonly subject: Subject; readonly answer: Answer },
  ): Answer {
    if (verdict === undefined) return answer;
    try {
      const change = readAfter(verdict);
      if (((answer.flags ?? 0) & Flag.Stream) !== 0 && change.payload !== undefined)
        throw new TypeError('Cannot change the body of an answer that comes as a stream');
      const { codec } = this.#deps;
      if ('frame' in answer) return rebuiltMessage(answer, codec, change);
      const changed = { ...answer, ...change };
      const message = codec.decode(codec.encode({ ...changed, id: subject.requestId }));
      // With more than other headers they are no words of the hub any more.
      return change.payload === undefined && change.status === undefined ? changed : message;
    } catch (error) {
      return this.#failed(middleware, subject, error);
    }
  }

  /** A fault of the middleware is a fault of the hub, as far as others can tell. */
  #failed({ name }: Middleware, subject: Subject, error: unknown): Answer {
    this.#deps.note(name, 'failed', error);
    return this.problem(new Error(`Middleware "${name}" failed`, { cause: error }), subject);
  }

  problem(error: unknown, { view, requestId }: Subject): MessageInit {
    const instance = splitUri(view.uri).path;
    return problemResponse(error, { hub: this.#deps.hubId, request: requestId, instance });
  }
}
