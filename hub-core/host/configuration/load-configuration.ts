import { dirname, resolve } from 'node:path';
import { parseHubConfig, type HubConfig } from '../../server/hub/config.ts';
import { HubStartError } from '../../server/hub/hub-start-error.ts';
import { isRecord, readConfigurationFile, type ConfigurationFile } from './configuration-file.ts';
import { parseSettingText } from './setting-text.ts';
import { listSettings, variableOf, type Setting } from './setting.ts';

export interface ConfigurationRequest {
  readonly dataDir: string;
  /** Default: `whub.config.json` in the data folder, where there is one. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** By the setting's name; undefined = not given. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** `name=value`, as `--set` takes them; stronger than `flags`. */
  readonly assignments?: readonly string[] | undefined;
}

/** A setting's value and who gave it. */
export interface EffectiveSetting {
  readonly setting: Setting;
  readonly value: unknown;
  readonly source: 'default' | 'file' | 'environment' | 'flag';
  /** The file, the variable or the flag. */
  readonly origin: string | undefined;
}

export interface Configuration {
  readonly config: HubConfig;
  /** The file that was read. */
  readonly file: string | undefined;
  readonly settings: readonly EffectiveSetting[];
}

interface Given {
  readonly value: unknown;
  readonly source: EffectiveSetting['source'];
  readonly origin: string;
}

/** Settings that name files. */
const FILES: ReadonlySet<string> = new Set(['middleware', 'tls.certFile', 'tls.keyFile', 'tls.caFile']);

/** Flags that are not called as their settings are. */
const FLAGS: Readonly<Record<string, string>> = {
  'tls.certFile': '--tls-cert',
  'tls.keyFile': '--tls-key',
  'tls.caFile': '--tls-client-ca',
  'tls.clientCertificates': '--tls-client-ca',
  'tls.plain': '--require-tls',
};

type GivenByName = Map<string, Given>;

/**
 * Puts a hub's configuration together: defaults, `whub.config.json`, `WHUB_*`, flags; the later is the stronger, setting by
 * setting.
 *
 * @throws {HubStartError} naming each setting that is wrong and who gave it
 */
export function loadConfiguration(request: ConfigurationRequest): Configuration {
  const settings = new Map(listSettings().map((setting) => [setting.name, setting]));
  const given: GivenByName = new Map();
  const file = readConfigurationFile(request);
  if (file !== undefined) takeFile(file, settings, given);
  takeEnvironment(request.environment, settings, given);
  for (const [name, value] of Object.entries(request.flags)) {
    if (value !== undefined) given.set(name, { value, source: 'flag', origin: flagOf(name) });
  }
  for (const text of request.assignments ?? []) takeAssignment(text, settings, given);
  const config = parse(resolve(request.dataDir), given);
  return {
    config,
    file: file?.path,
    settings: [...settings.values()].map((setting) => ({
      setting,
      value: valueAt(config, setting.name),
      source: given.get(setting.name)?.source ?? 'default',
      origin: given.get(setting.name)?.origin,
    })),
  };
}

function takeFile(
  { path, content }: ConfigurationFile,
  settings: ReadonlyMap<string, Setting>,
  given: GivenByName,
): void {
  const sections = new Set([...settings.keys()].flatMap(sectionsOf));
  const take = (value: unknown, name: string): void => {
    if (settings.has(name)) {
      given.set(name, { value: FILES.has(name) ? besideFile(value, path) : value, source: 'file', origin: path });
    } else if (name === 'dataDir') {
      throw new HubStartError(
        `Cannot take "dataDir" from "${path}": say it with --data or WHUB_DATA, to every command`,
      );
    } else if (name !== '' && !sections.has(name)) {
      throw new HubStartError(
        `Cannot use the configuration "${path}": there is no setting "${name}"; see "whub config"`,
      );
    } else if (isRecord(value)) {
      for (const [key, each] of Object.entries(value)) take(each, name === '' ? key : `${name}.${key}`);
    } else {
      throw new HubStartError(`Cannot use the configuration "${path}": "${name}" is an object of settings`);
    }
  };
  take(content, '');
}

/** `limits.a.b` → `limits`, `limits.a`. */
function sectionsOf(name: string): readonly string[] {
  const parts = name.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
}

/** What a file names stands beside it, wherever the hub is started. */
function besideFile(value: unknown, path: string): unknown {
  if (typeof value === 'string' && value !== '') return resolve(dirname(path), value);
  if (!Array.isArray(value)) return value;
  return value.map((each: unknown) =>
    isRecord(each) && typeof each['file'] === 'string' ? { ...each, file: resolve(dirname(path), each['file']) } : each,
  );
}

function takeEnvironment(
  environment: ConfigurationRequest['environment'],
  settings: ReadonlyMap<string, Setting>,
  given: GivenByName,
): void {
  const byVariable = new Map([...settings.values()].map((setting) => [setting.variable, setting]));
  const sections = new Set([...settings.keys()].flatMap(sectionsOf));
  const prefixes = [...sections].map((section) => `${variableOf(section)}_`);
  for (const [variable, text = ''] of Object.entries(environment)) {
    const setting = byVariable.get(variable);
    if (setting === undefined) {
      if (!prefixes.some((prefix) => variable.startsWith(prefix))) continue;
      throw new HubStartError(`Cannot use the variable ${variable}: there is no such setting; see "whub config"`);
    }
    if (text === '') continue;
    given.set(setting.name, { value: valueOf(text, setting, variable), source: 'environment', origin: variable });
  }
}

function takeAssignment(text: string, settings: ReadonlyMap<string, Setting>, given: GivenByName): void {
  const [name = '', ...rest] = text.split('=');
  const setting = settings.get(name.trim());
  if (rest.length === 0) throw new HubStartError(`Cannot set "${text}": write it as NAME=VALUE`);
  if (setting === undefined) {
    throw new HubStartError(`Cannot set "${name}": there is no such setting; see "whub config"`);
  }
  given.set(setting.name, { value: valueOf(rest.join('='), setting, '--set'), source: 'flag', origin: '--set' });
}

function valueOf(text: string, setting: Setting, origin: string): unknown {
  try {
    const value = parseSettingText(text, setting.type);
    // Middleware needs no options as a rule: its files alone will do.
    if (setting.name !== 'middleware' || !Array.isArray(value)) return value;
    return value.map((each: unknown) => (typeof each === 'string' ? { file: resolve(each) } : each));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HubStartError(`Cannot use ${origin} for "${setting.name}": it is no JSON: ${reason}`, { cause: error });
  }
}

function flagOf(name: string): string {
  return FLAGS[name] ?? `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function parse(dataDir: string, given: GivenByName): HubConfig {
  const raw: Record<string, unknown> = { dataDir };
  for (const [name, { value }] of given) {
    const parts = name.split('.');
    const last = parts.pop() ?? '';
    let section = raw;
    for (const part of parts) section = (section[part] ??= {}) as Record<string, unknown>;
    section[last] = value;
  }
  return parseHubConfig(raw, (name) => {
    const origin = [...given].find(([each]) => name === each || name.startsWith(`${each}.`))?.[1].origin;
    return origin === undefined ? name : `${name} (${origin})`;
  });
}

function valueAt(config: HubConfig, name: string): unknown {
  return name.split('.').reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), config);
}
