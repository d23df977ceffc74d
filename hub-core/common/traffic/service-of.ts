/** First segment of a uri's path, whether there is such a service or not. */
export function serviceOf(uri: string): string {
  const start = uri.startsWith('/') ? 1 : 0;
  let end = start;
  while (end < uri.length && uri[end] !== '/' && uri[end] !== '?') end += 1;
  return uri.slice(start, end);
}
