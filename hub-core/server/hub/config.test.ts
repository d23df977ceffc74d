import { describe, expect, it } from 'vitest';
import { hubConfigSchema, parseHubConfig } from './config.ts';
import { DEFAULT_RESILIENCE_LIMITS } from '../service/resilience/resilience-limits.ts';
import { HubStartError } from './hub-start-error.ts';

describe('parseHubConfig', () => {
  it('[LI20] has the defaults of the protocol', () => {
    expect(parseHubConfig({ dataDir: '/d' })).toEqual({
      dataDir: '/d',
      host: '127.0.0.1',
      udp: {
        maxDatagramBytes: 1_200,
        sessionIdleMs: 120_000,
        maxSessions: 4_096,
        maxSessionsPerAddress: 64,
        replyMemoryMs: 30_000,
        replyMemoryBytes: 1 << 20,
        totalReplyMemoryBytes: 64 << 20,
      },
      transports: { http: true, webSocket: true, tcp: true, tls: true, udp: true, webRtc: true },
      webRtc: { maxPeers: 256, maxPeersPerAddress: 32, ports: [], addresses: [] },
      supervision: { stuckAfterMs: 750 },
      proxyProtocol: { mode: 'off', trusted: ['127.0.0.0/8', '::1'] },
      tls: {
        certFile: '',
        keyFile: '',
        caFile: '',
        clientCertificates: 'off',
        plain: 'loopback',
        minVersion: 'TLSv1.2',
      },
      port: 7410,
      allowRemote: false,
      name: 'whub',
      hostNames: [],
      allowedOrigins: [],
      pageHosts: [],
      cors: {
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
        headers: ['*'],
        exposedHeaders: ['*'],
        credentials: false,
        maxAgeSec: 600,
      },
      drainTimeoutMs: 5000,
      limits: {
        maxFrameBytes: 16_777_216,
        maxHeaders: 64,
        maxHeaderBytes: 16_384,
        maxUriBytes: 8192,
        handshakeTimeoutMs: 10_000,
        heartbeatMs: 15_000,
        httpBodyTimeoutMs: 60_000,
        defaultTimeoutMs: 30_000,
        maxTimeoutMs: 600_000,
        maxInFlightPerConnection: 4096,
        maxInFlightPerChannel: 1024,
        maxQueuedPerService: 1024,
        maxQueuedBytesPerService: 67_108_864,
        retries: 2,
        maxHeldMessages: 64,
        maxHeldBytes: 262_144,
        maxOutgoingBytes: 16_777_216,
        maxHeldRequestBytes: 33_554_432,
        maxCheckedBytes: 1_048_576,
        creditBytes: 262_144,
        maxStreamWindowBytes: 1_048_576,
      },
      capture: {
        state: 'recording',
        services: [],
        frames: false,
        maxBodyBytes: 1_048_576,
        budgetBytes: 33_554_432,
        maxRows: 1_000_000,
        maxBytes: 2_147_483_648,
        maskHeaders: ['authorization', 'proxy-authorization', 'cookie', 'set-cookie'],
        maskJson: [],
        secretHeaders: ['x-api-key', 'x-auth-token', 'x-csrf-token'],
        secretJson: ['$..password', '$..secret', '$..token', '$..access_token', '$..refresh_token', '$..api_key'],
      },
      auth: { tokenMs: 900_000, sessionMs: 43_200_000, signingKeyMs: 2_592_000_000, signup: false },
      throttle: {
        handshakesPerSec: 50,
        handshakeBurst: 100,
        addressRequestsPerSec: 0,
        addressBurst: 0,
        clientRequestsPerSec: 0,
        clientBurst: 0,
        clientServiceRequestsPerSec: 0,
        clientServiceBurst: 0,
        maxBuckets: 10_000,
      },
      blockList: {
        maxBadCredentials: 10,
        maxMalformedFrames: 5,
        windowMs: 60_000,
        blockForMs: 600_000,
        slowFromMs: 250,
        slowToMs: 5000,
      },
      headers: {
        requestDeny: [],
        requestAllow: [],
        answerDeny: [],
        answerAllow: [],
        forwardCookies: false,
        trustForwarded: false,
      },
      middleware: [],
      audit: { maxRows: 10_000, maxAgeDays: 90 },
      resilience: DEFAULT_RESILIENCE_LIMITS,
    });
  });

  it.each([
    [{}, 'dataDir'],
    [{ dataDir: '/d', port: 70_000 }, 'port'],
    [{ dataDir: '/d', prot: 1 }, 'prot'],
    [{ dataDir: '/d', limits: { maxFrameBytes: -1 } }, 'limits.maxFrameBytes'],
    [{ dataDir: '/d', limits: { maxFrames: 1 } }, 'maxFrames'],
    [{ dataDir: '/d', allowedOrigins: ['https://example.org/'] }, 'allowedOrigins.0'],
    [{ dataDir: '/d', resilience: { maxEjectedRatio: 2 } }, 'resilience.maxEjectedRatio'],
    [{ dataDir: '/d', resilience: { breaker: { statuses: [404] } } }, 'resilience.breaker.statuses.0'],
    [{ dataDir: '/d', allowedOrigins: ['*'] }, 'allowedOrigins.0'],
    [{ dataDir: '/d', allowedOrigins: ['null'] }, 'allowedOrigins.0'],
    [{ dataDir: '/d', middleware: [{ file: '' }] }, 'middleware.0.file'],
    [{ dataDir: '/d', headers: { requestDeny: ['X-Up'] } }, 'headers.requestDeny.0'],
    [{ dataDir: '/d', headers: { answerAllow: ['a*b'] } }, 'headers.answerAllow.0'],
    [{ dataDir: '/d', hostNames: ['http://example.org'] }, 'hostNames.0'],
    [{ dataDir: '/d', hostNames: ['Example.org'] }, 'hostNames.0'],
    [{ dataDir: '/d', webRtc: { ports: [50_000] } }, 'webRtc.ports'],
    [{ dataDir: '/d', webRtc: { ports: [50_010, 50_000] } }, 'webRtc.ports'],
    [{ dataDir: '/d', webRtc: { addresses: ['example.org'] } }, 'webRtc.addresses.0'],
    [{ dataDir: '/d', capture: { state: 'on' } }, 'capture.state'],
    [{ dataDir: '/d', capture: { services: ['math:off'] } }, 'capture.services.0'],
    [{ dataDir: '/d', capture: { maskJson: ['password'] } }, 'capture.maskJson.0'],
  ])('[LI20] names what is wrong in %j', (raw, name) => {
    expect(() => parseHubConfig(raw)).toThrow(HubStartError);
    expect(() => parseHubConfig(raw)).toThrow(name);
  });

  it('[LI20] describes every limit with its unit or meaning and what 0 means', () => {
    const { limits, capture } = hubConfigSchema.shape;
    const described = [...Object.entries(limits.unwrap().shape), ...Object.entries(capture.unwrap().shape)];
    const silent = described.filter(
      ([name, schema]) =>
        name !== 'creditBytes' &&
        /^(max|budget)|[A-Z]\w*(Bytes|Ms|Headers)$/.test(name) &&
        !/; 0 = /.test(schema.description ?? ''),
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});
