/**
 * A hub that cannot start. The message is one line for the person who started it: what failed and what to do about it.
 */
export class HubStartError extends Error {
  override readonly name = 'HubStartError';
}
