/** @throws the signal's reason, as soon as it is aborted, whatever comes of the work */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  using over = new DisposableStack();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort);
  over.defer(() => signal.removeEventListener('abort', abort));
  return await Promise.race([work, aborted.promise]);
}
