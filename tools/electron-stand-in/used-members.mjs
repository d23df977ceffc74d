// What the main process uses of Electron, read from its sources by the compiler.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../support/project.mjs';

const IS_ELECTRON = /[\\/]electron\.d\.ts$/;

function mainSources(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}

/** `App.quit`, for a name whose declaration is in Electron's types. */
function memberOf(symbol) {
  const declaration = symbol?.declarations?.find((each) => IS_ELECTRON.test(each.getSourceFile().fileName));
  const owner = declaration?.parent;
  if (owner === undefined || !(ts.isInterfaceDeclaration(owner) || ts.isClassDeclaration(owner))) return undefined;
  return `${owner.name?.text ?? ''}.${symbol.name}`;
}

/** Names of the values that a statement imports from `electron`. */
function importsOf(node) {
  if (!ts.isImportDeclaration(node) || node.moduleSpecifier.text !== 'electron') return [];
  if (node.importClause?.isTypeOnly) return [];
  const elements = node.importClause?.namedBindings?.elements ?? [];
  return elements.filter((each) => !each.isTypeOnly).map((each) => (each.propertyName ?? each.name).text);
}

const sorted = (names) => [...names].toSorted((one, other) => (one < other ? -1 : 1));

/**
 * @param {readonly string[]} [files] sources; those of electron/main unless given
 * @returns {{ exports: string[], members: string[] }} values imported from `electron`; members used, as `Interface.member`
 */
export function usedMembers(files = mainSources(join(ROOT, 'electron/main'))) {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.electron.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram({ rootNames: [...files], options: { ...options, noEmit: true } });
  const checker = program.getTypeChecker();
  const exports = new Set();
  const members = new Set();
  const visit = (node) => {
    for (const name of importsOf(node)) exports.add(name);
    if (ts.isPropertyAccessExpression(node)) {
      const member = memberOf(checker.getSymbolAtLocation(node.name));
      if (member !== undefined) members.add(member);
    }
    ts.forEachChild(node, visit);
  };
  const ours = new Set(files);
  for (const source of program.getSourceFiles()) if (ours.has(source.fileName)) visit(source);
  return { exports: sorted(exports), members: sorted(members) };
}
