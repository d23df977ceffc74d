import { expect, it } from 'vitest';
import { silentLogger } from '../../../common/log/logger.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import type { TlsConfig } from './tls-config.ts';
import type { TlsMaterial } from './tls-material.ts';
import { TlsReload } from './tls-reload.ts';

const CONFIG: TlsConfig = {
  certFile: '/none/hub.crt',
  keyFile: '/none/hub.key',
  caFile: '',
  clientCertificates: 'off',
  plain: 'allow',
  minVersion: 'TLSv1.3',
};

it('[TL4] asked for again while they are being read, certificates are read again afterwards, so that the newest are in use', async () => {
  let content = 'first';
  const reads: (() => void)[] = [];
  const used: string[] = [];
  const read = (): Promise<TlsMaterial> => {
    const cert = Buffer.from(content);
    const { promise, resolve } = Promise.withResolvers<TlsMaterial>();
    reads.push(() => resolve({ cert, key: cert, ca: undefined, expiresAtMs: Number.MAX_SAFE_INTEGER }));
    return promise;
  };
  const onChange = ({ cert }: TlsMaterial): void => void used.push(cert.toString());
  const starting = TlsReload.start({ clock: new FakeClock(), log: silentLogger, config: CONFIG, read, onChange });
  await expect.poll(() => reads).toHaveLength(1);
  reads[0]?.();
  using reload = await starting;

  const one = reload.reload();
  const other = reload.reload();
  await expect.poll(() => reads).toHaveLength(2);
  content = 'second';
  reads[1]?.();
  await one;
  await expect.poll(() => reads).toHaveLength(3);
  reads[2]?.();
  await other;
  expect(used).toEqual(['first', 'first', 'second']);
});
