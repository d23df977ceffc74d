import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubStartError } from '../../server/hub/hub-start-error.ts';
import { createTempFolder } from '../../test/support/temp-folder.ts';
import { loadConfiguration, type Configuration, type ConfigurationRequest } from './load-configuration.ts';

let folder: Awaited<ReturnType<typeof createTempFolder>>;
beforeAll(async () => (folder = await createTempFolder()));
afterAll(() => folder[Symbol.asyncDispose]());

const load = (request: Partial<ConfigurationRequest> = {}): Configuration =>
  loadConfiguration({ dataDir: '/nowhere', environment: {}, flags: {}, ...request });

/** @returns a file with that text */
function file(text: string, name = 'some.json'): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

const sourceOf = ({ settings }: Configuration, name: string) => {
  const found = settings.find(({ setting }) => setting.name === name);
  return [found?.value, found?.source, found?.origin];
};

describe('loadConfiguration', () => {
  it.each(['__proto__', 'constructor', 'prototype', 'toString'])(
    '[BI37] "%s" in a file, a section, an assignment and options sets nothing',
    (name) => {
      const refused = [
        { file: file(`{"${name}":{"polluted":1}}`) },
        { file: file(`{"limits":{"${name}":{"polluted":1}}}`, 'section.json') },
        { assignments: [`${name}.polluted=1`] },
        { assignments: [`limits.${name}.polluted=1`] },
      ];
      for (const request of refused) expect(() => load(request)).toThrow(/there is no (?:such )?setting/);
      const options = file(`{"middleware":[{"file":"a.mjs","options":{"${name}":{"polluted":1}}}]}`, 'options.json');
      load({ file: options });
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  it('[CF1] takes each setting from the strongest of defaults, file, environment and flags, and says which', () => {
    const path = file('{"port":1,"name":"filed","limits":{"retries":5,"heartbeatMs":1000}}');
    const loaded = load({
      file: path,
      environment: { WHUB_NAME: 'variable', WHUB_LIMITS_HEARTBEAT_MS: '2000', WHUB_AUTH_SIGNUP: 'yes' },
      flags: { name: 'flag', host: undefined },
      assignments: ['auth.signup=false'],
    });
    const { port, name, host, limits, auth, dataDir } = loaded.config;
    expect([port, name, host, limits.retries, limits.heartbeatMs, limits.maxHeaders, auth.signup, dataDir]).toEqual([
      1,
      'flag',
      '127.0.0.1',
      5,
      2000,
      64,
      false,
      resolve('/nowhere'),
    ]);
    expect(['port', 'name', 'limits.heartbeatMs', 'auth.signup', 'host'].map((each) => sourceOf(loaded, each))).toEqual(
      [
        [1, 'file', path],
        ['flag', 'flag', '--name'],
        [2000, 'environment', 'WHUB_LIMITS_HEARTBEAT_MS'],
        [false, 'flag', '--set'],
        ['127.0.0.1', 'default', undefined],
      ],
    );
  });

  it('[CF1] takes one address to listen on, or a list of them, from anywhere', () => {
    const hosts = [
      load({ environment: { WHUB_HOST: '127.0.0.1,::1' } }),
      load({ assignments: ['host=localhost'] }),
      load({ file: file('{"host":"::1"}', 'host.json') }),
      load({ flags: { host: ['127.0.0.1', '127.0.0.2'] } }),
    ].map(({ config }) => config.host);
    expect(hosts).toEqual([['127.0.0.1', '::1'], ['localhost'], '::1', ['127.0.0.1', '127.0.0.2']]);
  });

  it('[CF1, CF3] takes the files of TLS beside the file that names them, and calls flags by their names', () => {
    const { config } = load({ file: file('{"tls":{"certFile":"hub.crt","keyFile":"/etc/hub.key"}}', 'tls.json') });
    expect([config.tls.certFile, config.tls.keyFile]).toEqual([join(folder.path, 'hub.crt'), resolve('/etc/hub.key')]);
    expect(() => load({ flags: { 'tls.certFile': '/hub.crt' } })).toThrow('tls.keyFile: must name the key of certFile');
    expect(() => load({ flags: { 'tls.plain': 'refuse' } })).toThrow('tls.certFile: must name a certificate');
    const given = load({ flags: { 'tls.certFile': '/hub.crt', 'tls.keyFile': '/hub.key' } });
    expect(sourceOf(given, 'tls.certFile')).toEqual(['/hub.crt', 'flag', '--tls-cert']);
  });

  it('[CF2] reads whub.config.json in the data folder when there is one, or the file that is named', () => {
    expect(load().file).toBeUndefined();
    const beside = file('{"name":"beside"}', 'whub.config.json');
    expect(load({ dataDir: folder.path })).toMatchObject({ file: beside, config: { name: 'beside' } });
    const named = file('\uFEFF{"name":"named"}', 'named.json');
    expect(load({ dataDir: folder.path, environment: { WHUB_CONFIG_FILE: named } }).config.name).toBe('named');
    expect(load({ file: beside, environment: { WHUB_CONFIG_FILE: named } }).config.name).toBe('beside');
    expect(() => load({ file: join(folder.path, 'missing.json') })).toThrow('missing.json": ENOENT');
  });

  it('[CF3] middleware of a file stands beside it, of a flag or variable where the hub is started', () => {
    const path = file('{"middleware":[{"file":"./stamp.mjs","options":{"a":1}}]}', 'with-middleware.json');
    const stamp = { file: join(folder.path, 'stamp.mjs'), options: { a: 1 } };
    expect(load({ file: path }).config.middleware).toEqual([stamp]);
    const environment = { WHUB_MIDDLEWARE: 'a.mjs, /b.mjs' };
    expect(load({ environment }).config.middleware.map((each) => each.file)).toEqual([resolve('a.mjs'), '/b.mjs']);
  });

  it.each([
    ['limits.retries', 'WHUB_LIMITS_RETRIES', '3', 3],
    ['resilience.breaker.failureRatio', 'WHUB_RESILIENCE_BREAKER_FAILURE_RATIO', '0.25', 0.25],
    ['headers.requestDeny', 'WHUB_HEADERS_REQUEST_DENY', 'x-a,x-b*', ['x-a', 'x-b*']],
    ['resilience.breaker.statuses', 'WHUB_RESILIENCE_BREAKER_STATUSES', '[503]', [503]],
    ['blockList.windowMs', 'WHUB_BLOCK_LIST_WINDOW_MS', '9', 9],
    ['allowRemote', 'WHUB_ALLOW_REMOTE', 'on', true],
    ['allowedOrigins', 'WHUB_ALLOWED_ORIGINS', ' ', []],
  ])('[CF4] %s is read from %s', (name, variable, text, value) => {
    expect(sourceOf(load({ environment: { [variable]: text } }), name)).toEqual([value, 'environment', variable]);
    expect(sourceOf(load({ environment: { [variable]: '' } }), name)[1]).toBe('default');
    expect(sourceOf(load({ assignments: [`${name}=${text}`] }), name)).toEqual([value, 'flag', '--set']);
  });

  it.each([
    ['{"limits":{"retrys":1}}', 'there is no setting "limits.retrys"; see "whub config"'],
    ['{"limits":3}', '"limits" is an object of settings'],
    ['{"dataDir":"/x"}', 'say it with --data or WHUB_DATA'],
    ['{"__proto__":{"port":1}}', 'there is no setting "__proto__"'],
    ['{"limits":{"constructor":1}}', 'there is no setting "limits.constructor"'],
    ['{"port":70000}', 'port (/'],
    ['{"port":1', 'it is no JSON'],
    ['[1]', 'write it as a JSON object'],
    [`{"name":"${'x'.repeat(1 << 20)}"}`, 'it is longer than 1048576 bytes'],
  ])('[CF5] refuses the file %.40s and says why', (text, reason) => {
    const wrong = file(text, 'wrong.json');
    expect(() => load({ file: wrong })).toThrow(HubStartError);
    expect(() => load({ file: wrong })).toThrow(reason);
    expect(({} as { port?: number }).port).toBeUndefined();
  });

  it.each([
    [{ environment: { WHUB_LIMITS_RETRYS: '1' } }, 'variable WHUB_LIMITS_RETRYS: there is no such setting'],
    [{ environment: { WHUB_LIMITS_RETRIES: 'many' } }, 'limits.retries (WHUB_LIMITS_RETRIES)'],
    [{ environment: { WHUB_HEADERS_REQUEST_DENY: '[1' } }, 'WHUB_HEADERS_REQUEST_DENY for "headers.requestDeny"'],
    [{ environment: { WHUB_AUTH_SIGNUP: 'perhaps' } }, 'auth.signup (WHUB_AUTH_SIGNUP)'],
    [{ assignments: ['port'] }, 'Cannot set "port": write it as NAME=VALUE'],
    [{ assignments: ['prot=1'] }, 'Cannot set "prot": there is no such setting'],
    [{ flags: { port: 70_000 } }, 'port (--port)'],
  ])('[CF5] refuses %j and says why', (request, reason) => {
    expect(() => load(request)).toThrow(reason);
  });

  it('[CF5] leaves variables of other programs alone', () => {
    expect(load({ environment: { WHUB_URL: 'ws://h', WHUB_KEY: 'k', WHUB_BROWSER: '/b', OTHER: '1' } }).file).toBe(
      undefined,
    );
  });
});
