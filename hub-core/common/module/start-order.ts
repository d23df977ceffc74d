import type { Module } from './module.ts';

/**
 * Puts every module behind those it depends on; otherwise the order in which they were added stays.
 *
 * @throws {TypeError} for a name twice, a dependency that is not there, a cycle
 */
export function startOrder(modules: readonly Module[]): readonly Module[] {
  const byName = new Map<string, Module>();
  for (const module of modules) {
    if (byName.has(module.name)) throw new TypeError(`Cannot start modules: "${module.name}" is there twice`);
    byName.set(module.name, module);
  }
  const ordered = new Set<Module>();
  const visit = (module: Module, path: readonly string[]): void => {
    if (ordered.has(module)) return;
    const here = [...path, module.name];
    if (path.includes(module.name)) {
      const cycle = here.slice(here.indexOf(module.name)).join('" → "');
      throw new TypeError(`Cannot start modules: they depend on each other in a cycle: "${cycle}"`);
    }
    for (const name of module.dependsOn) {
      const dependency = byName.get(name);
      if (dependency === undefined) {
        throw new TypeError(`Cannot start "${module.name}": it depends on "${name}", and there is no such module`);
      }
      visit(dependency, here);
    }
    ordered.add(module);
  };
  for (const module of modules) visit(module, []);
  return [...ordered];
}
