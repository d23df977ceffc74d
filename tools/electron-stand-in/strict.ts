/** What the language and the test tools ask any object for. */
const ASKED_OF_ANYTHING: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  'constructor',
  '$$typeof',
  'nodeType',
  'tagName',
]);

/**
 * The same object, but using a member that it does not have is an error that names it, never a silent `undefined`: a program
 * that runs on the stand-in uses nothing that the stand-in lacks.
 *
 * @param name as in Electron's documentation, for the message
 */
export function strict<T extends object>(name: string, target: T): T {
  const refuse = (member: string): never => {
    throw new TypeError(`Cannot use ${name}.${member}: the stand-in for Electron does not have it`);
  };
  return new Proxy(target, {
    get(object, member, receiver) {
      if (typeof member === 'string' && !(member in object) && !ASKED_OF_ANYTHING.has(member)) refuse(member);
      return Reflect.get(object, member, receiver);
    },
    set(object, member, ...rest) {
      if (typeof member === 'string' && !(member in object)) refuse(member);
      return Reflect.set(object, member, ...rest);
    },
  });
}
