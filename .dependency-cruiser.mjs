// Who may import whom: the table of layers, one entry a row. `tools/layers.mjs` runs it.

/** May import whatever is public; nobody imports them. */
const TESTS = String.raw`\.(test|test-d|prop|contract|spec)\.tsx?$|^(hub-core/test|e2e|bench|examples|tools)/`;
const OURS = '^(hub-core|renderer|electron|e2e|bench|examples|tools)/';

const COMMON = '^hub-core/common/(?!protocol/generated/)';
const SNAPSHOTS = String.raw`^hub-core/server/modules/[^/]+/([a-z-]+-snapshot|hub-event|capture-sink)\.ts$`;
const MODULE_FACES = String.raw`^hub-core/server/modules/[^/]+/index\.ts$`;
/** What access and service share: the interface between them and the vocabulary it is written in. */
const SEAM = String.raw`^hub-core/server/[^/]+\.ts$`;
const SERVICE_FACE = String.raw`^hub-core/server/service/(exchange|built-in)\.ts$`;
const HUB_FACE = '^hub-core/server/hub/';
const CONTRACT = '^hub-core/console/contract/';

const common = (...folders) => folders.map((folder) => `^hub-core/common/${folder}/`);

// from → what of ours it may import besides its own folder
/** @type {readonly [name: string, from: string, allowed: readonly string[]][]} */
const layers = [
  ['common/base', '^hub-core/common/base/', []],
  ['common/errors', '^hub-core/common/errors/', common('base')],
  ['common/log', '^hub-core/common/log/', common('base')],
  ['common/traffic', '^hub-core/common/traffic/', common('base')],
  ['common/protocol', '^hub-core/common/protocol/', common('base', 'errors', 'log')],
  ['common/route', '^hub-core/common/route/', common('base', 'errors', 'protocol')],
  ['common/query', '^hub-core/common/query/', common('base', 'errors', 'traffic')],
  ['common/transfer', '^hub-core/common/transfer/', common('base', 'traffic')],
  ['common/transport', '^hub-core/common/transport/', common('base', 'errors', 'log', 'protocol')],
  ['common/dispatch', '^hub-core/common/dispatch/', common('base', 'errors', 'log', 'protocol', 'transport')],
  ['common/module', '^hub-core/common/module/', common('base', 'errors', 'log', 'protocol', 'transport', 'dispatch')],
  ['client', '^hub-core/client/', [COMMON]],
  ['server-seam', SEAM, [COMMON, SEAM]],
  ['server/storage', '^hub-core/server/storage/', [COMMON, SEAM]],
  ['server/access', '^hub-core/server/access/', [COMMON, SEAM, '^hub-core/server/storage/']],
  ['server/service', '^hub-core/server/service/', [COMMON, SEAM, '^hub-core/server/storage/']],
  ['server/listener', '^hub-core/server/listener/', [COMMON, SEAM, '^hub-core/server/access/', SERVICE_FACE]],
  [
    'server/modules',
    '^hub-core/server/modules/',
    [COMMON, SEAM, '^hub-core/server/(access|service|storage|listener)/', '^hub-core/server/modules/'],
  ],
  ['server/hub', HUB_FACE, [COMMON, '^hub-core/server/']],
  ['capture', '^hub-core/capture/', [COMMON, SNAPSHOTS]],
  ['console/contract', CONTRACT, common('base', 'traffic', 'transfer')],
  [
    'console/router',
    '^hub-core/console/router/',
    [COMMON, CONTRACT, HUB_FACE, SEAM, MODULE_FACES, SNAPSHOTS, '^hub-core/capture/'],
  ],
  ['console/web', '^hub-core/console/web/', [COMMON, CONTRACT, HUB_FACE, SEAM, '^hub-core/console/router/']],
  [
    'host',
    '^hub-core/host/',
    // `client` for the sample client and service, `storage` for the command line's administration of a data folder.
    [
      COMMON,
      HUB_FACE,
      SEAM,
      SNAPSHOTS,
      '^hub-core/server/storage/',
      '^hub-core/(capture|client)/',
      '^hub-core/console/',
    ],
  ],
  ['cli', '^hub-core/cli/', [COMMON, CONTRACT, '^hub-core/(host|client)/']],
  [
    'electron/main',
    '^electron/main/',
    // The desktop's own part of the console's contract is served by the console's server.
    [
      '^hub-core/host/',
      CONTRACT,
      ...common('base', 'log', 'transfer'),
      '^hub-core/console/router/(serve-console|newest-of|export-file)\\.ts$',
    ],
  ],
  ['electron/preload', '^electron/preload/', []],
  ['renderer', '^renderer/', [CONTRACT, ...common('base', 'query', 'transfer')]],
];

// package → the only folders that may import it
/** @type {readonly [name: string, folders: readonly string[]][]} */
const packages = [
  ['better-sqlite3', ['^hub-core/server/storage/', '^hub-core/capture/']],
  ['ws', ['^hub-core/server/listener/', '^hub-core/client/', '^hub-core/console/web/']],
  ['werift', ['^hub-core/server/listener/webrtc/thread/', '^hub-core/client/node/']],
  ['electron', ['^electron/']],
  ['flatbuffers', ['^hub-core/common/protocol/']],
  ['@orpc/server', ['^hub-core/console/', '^hub-core/host/', '^electron/main/bridge/']],
  ['react', ['^renderer/']],
];

/** Runs where Node's modules are not: common everywhere, the client in browsers, the renderer and the preload sandboxed. */
const PORTABLE = '^(hub-core/(common|client(?!/node/)|console/contract)|renderer|electron/preload)/';

const layerRules = layers.map(([name, from, allowed]) => ({
  name: `layer-${name.replace('/', '-')}`,
  comment: `${name} may import only what the table of layers allows`,
  severity: 'error',
  from: { path: from, pathNot: TESTS },
  to: { path: OURS, pathNot: [from, ...allowed] },
}));

const packageRules = packages.map(([name, folders]) => ({
  name: `package-${name.replace('/', '-')}`,
  comment: `${name} is imported only from ${folders.join(', ')}`,
  severity: 'error',
  from: { path: OURS, pathNot: [...folders, TESTS] },
  to: { path: `(^|/)node_modules/(@types/)?${name}/|^${name}$` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    ...packageRules,
    {
      name: 'module-face',
      comment: 'a module is reached through its index.ts (or its snapshot types) only; wiring is in server/hub',
      severity: 'error',
      from: { path: '^hub-core/server/modules/([^/]+)/', pathNot: TESTS },
      to: {
        path: '^hub-core/server/modules/([^/]+)/',
        pathNot: ['^hub-core/server/modules/$1/', MODULE_FACES, SNAPSHOTS],
      },
    },
    {
      name: 'generated-only-from-protocol',
      severity: 'error',
      from: { path: OURS, pathNot: ['^hub-core/common/protocol/', TESTS] },
      to: { path: '^hub-core/common/protocol/generated/' },
    },
    {
      name: 'feature-to-feature',
      comment: 'what two screens share lives in renderer/ui or renderer/state',
      severity: 'error',
      from: { path: '^renderer/features/([^/]+)/', pathNot: TESTS },
      to: { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
    },
    {
      name: 'renderer-inward',
      comment: 'screens stand on ui, state and bridge, never the other way round',
      severity: 'error',
      from: { path: '^renderer/(ui|state|bridge)/', pathNot: TESTS },
      to: { path: '^renderer/(app|features)/' },
    },
    {
      name: 'portable-without-node',
      severity: 'error',
      from: { path: PORTABLE, pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'threads-not-processes',
      comment:
        'Electron is packed without running as Node, so a forked process would be a second app; opening a folder starts one on purpose',
      severity: 'error',
      from: {
        path: '^(electron/main|hub-core/(capture|console|host|server))/',
        pathNot: [TESTS, '^electron/main/app/opened-things'],
      },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'not-to-tests',
      comment: 'nothing that ships imports tests, benchmarks, examples or tools',
      severity: 'error',
      from: { path: OURS, pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'no-cycle',
      comment:
        'classes of one folder may name each other as types (layers keep folders apart); nothing loads in a circle',
      severity: 'error',
      from: { path: OURS },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphan',
      severity: 'error',
      from: { path: OURS, pathNot: [TESTS, String.raw`\.d\.ts$`], orphan: true },
      to: {},
    },
    {
      name: 'resolvable',
      comment: 'examples import the built SDK by its name, which is not there before the first build',
      severity: 'error',
      from: { path: OURS, pathNot: '^examples/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: String.raw`^(out|tools/layer-canary)/|\.(css|svg)$` },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
