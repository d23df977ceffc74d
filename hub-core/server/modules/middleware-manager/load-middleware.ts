import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Middleware } from '../../middleware.ts';
import { MiddlewareError } from './middleware-error.ts';

export interface MiddlewareFile {
  /** An ES module that exports `createMiddleware(options)`. */
  readonly file: string;
  /** What it is called with. */
  readonly options: Readonly<Record<string, unknown>>;
}

const NAME = /^[\w.-]{1,64}$/;

type Unknown = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Unknown => typeof value === 'object' && value !== null;
const isHook = (value: unknown): boolean => value === undefined || typeof value === 'function';

/** The first line, in which an error says what is wrong. */
function reasonOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line === '' ? 'it threw without a reason' : line;
}

/** What the other end of the type says, checked, since files are written without one. */
export function isMiddleware(value: unknown): value is Middleware {
  if (!isObject(value)) return false;
  const { name, before, after } = value;
  const hasHook = before !== undefined || after !== undefined;
  return typeof name === 'string' && NAME.test(name) && isHook(before) && isHook(after) && hasHook;
}

/** Runs that part of the loading. @throws {MiddlewareError} when it fails */
async function attempt<T>(path: string, why: (reason: string) => string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new MiddlewareError(`Cannot load the middleware "${path}": ${why(reasonOf(error))}`, { cause: error });
  }
}

/** @throws {MiddlewareError} naming the file and what is wrong with it */
export async function loadMiddleware({ file, options }: MiddlewareFile): Promise<Middleware> {
  const path = resolve(file);
  const module = await attempt(
    path,
    (reason) => `${reason}; check the path and that it is an ES module that runs`,
    async (): Promise<unknown> => import(/* @vite-ignore */ pathToFileURL(path).href),
  );
  const create = isObject(module) ? module['createMiddleware'] : undefined;
  if (typeof create !== 'function')
    throw new MiddlewareError(
      `Cannot load the middleware "${path}": it exports no function "createMiddleware", which makes one of its options`,
    );
  const made = await attempt(
    path,
    (reason) => `its createMiddleware threw: ${reason}; check the options that it is given`,
    async (): Promise<unknown> => Reflect.apply(create, undefined, [options]),
  );
  if (isMiddleware(made)) return made;
  throw new MiddlewareError(
    `Cannot load the middleware "${path}": its createMiddleware must return { name, before?, after? } with a name of 1 to 64 letters, digits, dots, dashes or underscores and at least one hook`,
  );
}
