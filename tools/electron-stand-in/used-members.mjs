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

/**
 * @param {readonly string[]} [files] sources; those of electron/main unless given
 * @returns {{ exports: string[], members: string[] }} values imported from `electron`; members used, as `Interface.member`
 */
export function usedMembers(files = mainSources(join(ROOT, 'electron/main'))) {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.electron.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram({ rootNames: [...files], options: { ...options, noEmit: true } });
  const checker = program.getTypeChecker();
  const exports = new Set();
  const members = new Set();
  const visit = (node) => {
    if (ts.isImportDeclaration(node) && node.moduleSpecifier.text === 'electron' && !node.importClause?.isTypeOnly) {
      for (const each of node.importClause?.namedBindings?.elements ?? []) {
        if (!each.isTypeOnly) exports.add((each.propertyName ?? each.name).text);
      }
    }
    if (ts.isPropertyAccessExpression(node)) {
      const member = memberOf(checker.getSymbolAtLocation(node.name));
      if (member !== undefined) members.add(member);
    }
    ts.forEachChild(node, visit);
  };
  const ours = new Set(files);
  for (const source of program.getSourceFiles()) if (ours.has(source.fileName)) visit(source);
  return { exports: [...exports].toSorted(), members: [...members].toSorted() };
}
