type Unknown = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Unknown => typeof value === 'object' && value !== null;

export interface Change {
  /** `clients.revoke` */
  readonly action: string;
  readonly target: string;
  readonly detail: string;
}

export interface AuditedGroup {
  /** What actions begin with. */
  readonly name: string;
  /** Methods that change nothing. */
  readonly reads: readonly string[];
  /** Of further arguments, what may be told, by method; nothing is told of others, since they may be secret. */
  readonly tells: Readonly<Record<string, readonly string[]>>;
  /** Which argument is the target, where it is not the first. */
  readonly targetAt?: Readonly<Record<string, number>>;
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Told are the members of an object, else the other arguments in their order. */
function changeOf({ name, tells, targetAt = {} }: AuditedGroup, method: string, args: readonly unknown[]): Change {
  const at = targetAt[method] ?? 0;
  const first = args[at];
  const rest = args.toSpliced(at, 1);
  const words = tells[method] ?? [];
  const told = isObject(first) ? words.map((word) => first[word]) : rest.slice(0, words.length);
  const target = isObject(first) ? shown(first['target'] ?? '') : shown(first);
  const parts = words.map((word, index) => `${word} ${shown(told[index] ?? '')}`);
  return { action: `${name}.${method}`, target, detail: parts.join(', ') };
}

/**
 * The same operations, whose changes are noted when they are done. What throws or rejects, or says by `false` that there was
 * nothing to change, is not. A method that is no read is a change, so that no later one is forgotten.
 */
export function audited<T extends object>(operations: T, group: AuditedGroup, note: (change: Change) => void): T {
  return new Proxy(operations, {
    get(target, key): unknown {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || typeof key === 'symbol') return value;
      const call = (args: readonly unknown[]): unknown => Reflect.apply(value, target, args);
      if (group.reads.includes(key)) return (...args: readonly unknown[]) => call(args);
      return (...args: readonly unknown[]) => {
        const result = call(args);
        const noted = (settled: unknown): void => {
          if (settled !== false) note(changeOf(group, key, args));
        };
        if (result instanceof Promise)
          result.then(noted, () => {
            // It was not done, and whoever asked is told why.
          });
        else noted(result);
        return result;
      };
    },
  });
}
