import type { HttpMount } from './http-mount.ts';

/** Handlers under path prefixes; the longest matching prefix wins. */
export class MountTable {
  /** Longest prefix first. Replaced, never changed. */
  #mounts: readonly HttpMount[] = [];

  /** @throws {TypeError} when the prefix is taken or does not start with `/` */
  add(mount: HttpMount): Disposable {
    if (!mount.prefix.startsWith('/'))
      throw new TypeError(`Cannot mount at "${mount.prefix}": a prefix starts with "/"`);
    if (this.#mounts.some(({ prefix }) => prefix === mount.prefix)) {
      throw new TypeError(`Cannot mount at "${mount.prefix}": the prefix is taken, dispose the other mount first`);
    }
    this.#mounts = [...this.#mounts, mount].toSorted((a, b) => b.prefix.length - a.prefix.length);
    return {
      [Symbol.dispose]: () => {
        this.#mounts = this.#mounts.filter((candidate) => candidate !== mount);
      },
    };
  }

  /**
   * @param path without the query. A prefix that ends with `/` holds for everything below it, any other only for itself
   */
  find(path: string): HttpMount | undefined {
    return this.#mounts.find(({ prefix }) => (prefix.endsWith('/') ? path.startsWith(prefix) : path === prefix));
  }
}
