/** Why a middleware cannot be used, in one line for whoever configured it. */
export class MiddlewareError extends Error {
  override readonly name = 'MiddlewareError';
}
