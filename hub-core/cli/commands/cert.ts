import type { Command } from 'commander';
import { defaultDataDir } from '../../host/data-dir.ts';
import type { CertificateFacts, CertificateOrder } from '../../host/certificates/certificate-folder.ts';
import { authorityFile } from '../../host/certificate-paths.ts';
import { collect } from '../arguments.ts';
import { CommandError, ExitCode } from '../exit.ts';
import { dataOption, withExamples } from '../options.ts';
import type { RunCommand } from '../run-command.ts';
import { formatTable } from '../table.ts';
import { tellHub } from '../tell-hub.ts';
import { printLine, type Terminal } from '../terminal.ts';

/** Loads what makes certificates, which no other command needs. */
const certificates = () => import('../../host/certificates/certificate-folder.ts');

const DAY_MS = 86_400_000;

export interface CertFlags {
  readonly data?: string;
  readonly json?: true;
  readonly force?: true;
}

export interface ServerCertFlags extends CertFlags {
  readonly name?: readonly string[];
}

interface CertRow {
  readonly use: string;
  readonly names: readonly string[];
  readonly expires: string;
  readonly days_left: number;
  readonly cert: string;
  readonly key: string;
}

function rowOf({ use, names, expiresAtMs, certFile, keyFile }: CertificateFacts): CertRow {
  return {
    use,
    names,
    expires: new Date(expiresAtMs).toISOString(),
    days_left: Math.floor((expiresAtMs - Date.now()) / DAY_MS),
    cert: certFile,
    key: keyFile,
  };
}

const dataDirOf = ({ data }: CertFlags, { env }: Terminal): string => data ?? defaultDataDir(env);

function orderOf(flags: CertFlags, terminal: Terminal): CertificateOrder {
  return { dataDir: dataDirOf(flags, terminal), nowMs: Date.now(), force: flags.force === true };
}

/** What the folder says no to is a failure with one line. */
async function ordered(make: () => Promise<CertificateFacts>): Promise<CertificateFacts> {
  const { CertificateFolderError } = await certificates();
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof CertificateFolderError)) throw error;
    throw new CommandError(ExitCode.Failure, error.message, { cause: error });
  }
}

function trustLines(authority: string): readonly string[] {
  return [
    'Whoever connects must trust the authority. Programs are told so:',
    `  whub call --ca ${authority} --url tls://localhost:7410 ...`,
    `  curl --cacert ${authority} https://localhost:7410/healthz`,
    `  NODE_EXTRA_CA_CERTS=${authority} node program.mjs`,
    'A whole machine, and its browsers, so (whoever has its key can then pretend to be any site there):',
    `  Debian, Ubuntu  sudo cp ${authority} /usr/local/share/ca-certificates/whub.crt && sudo update-ca-certificates`,
    `  macOS           sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${authority}`,
    `  Windows         certutil -addstore -f Root ${authority}`,
  ];
}

/** Makes the hub's certificate, and its authority where there is none. */
export async function makeCert(flags: ServerCertFlags, terminal: Terminal): Promise<ExitCode> {
  const order = orderOf(flags, terminal);
  const { makeServerCertificate } = await certificates();
  const facts = await ordered(() => makeServerCertificate(order, flags.name ?? []));
  await tellHub(order.dataDir);
  if (flags.json === true) {
    printLine(terminal.stdout, JSON.stringify({ ...rowOf(facts), ca: authorityFile(order.dataDir) }));
    return ExitCode.Ok;
  }
  const { names, expires, cert, key } = rowOf(facts);
  printLine(terminal.stdout, `certificate  ${cert}`);
  printLine(terminal.stdout, `key          ${key}`);
  printLine(terminal.stdout, `authority    ${authorityFile(order.dataDir)}`);
  printLine(terminal.stdout, `for          ${names.join(' ')}, until ${expires.slice(0, 10)}`);
  const hints = ['', 'Run the hub with it:', `  whub serve --tls-cert ${cert} --tls-key ${key}`, ''];
  for (const line of [...hints, ...trustLines(authorityFile(order.dataDir))]) printLine(terminal.stderr, line);
  return ExitCode.Ok;
}

/** Makes a certificate by which a client is known. */
export async function makeClientCert(client: string, flags: CertFlags, terminal: Terminal): Promise<ExitCode> {
  const order = orderOf(flags, terminal);
  const { makeClientCertificate } = await certificates();
  const facts = await ordered(() => makeClientCertificate(order, client));
  if (flags.json === true) {
    printLine(terminal.stdout, JSON.stringify({ ...rowOf(facts), ca: authorityFile(order.dataDir) }));
    return ExitCode.Ok;
  }
  const { expires, cert, key } = rowOf(facts);
  printLine(terminal.stdout, `certificate  ${cert}`);
  printLine(terminal.stdout, `key          ${key}`);
  printLine(terminal.stdout, `for          client "${client}", until ${expires.slice(0, 10)}`);
  printLine(terminal.stderr, `A hub takes it that was started with --tls-client-ca ${authorityFile(order.dataDir)}`);
  printLine(terminal.stderr, `and knows the client (whub client add ${client}).`);
  return ExitCode.Ok;
}

/** Shows what lies in the data folder, and until when it holds. */
export async function showCerts(flags: CertFlags, terminal: Terminal): Promise<ExitCode> {
  const { listCertificates } = await certificates();
  const rows = (await listCertificates(dataDirOf(flags, terminal))).map(rowOf);
  if (flags.json === true) {
    printLine(terminal.stdout, JSON.stringify(rows));
    return ExitCode.Ok;
  }
  const cells = rows.map(({ use, names, expires, days_left: left, cert }) => [
    use,
    names.join(' '),
    expires.slice(0, 10),
    left < 0 ? 'expired' : `${String(left)} days`,
    cert,
  ]);
  printLine(terminal.stdout, formatTable(['USE', 'FOR', 'UNTIL', 'LEFT', 'FILE'], cells));
  return ExitCode.Ok;
}

export function addCertCommand(program: Command, run: RunCommand): void {
  const cert = program
    .command('cert')
    .description('make a certificate for a hub on this machine, and an authority of its own that signs it')
    // Its own options stand before its commands, which have some of the same name.
    .enablePositionalOptions()
    .option('--name <host>', 'further host name or address that it is for; may be repeated', collect)
    .option('--force', 'replace the one that is there; the authority stays')
    .option('--json', 'as {use, names, expires, days_left, cert, key, ca}')
    .addOption(dataOption());
  withExamples(cert, ['whub cert', 'whub cert --name hub.lan --force', 'whub cert client anna', 'whub cert show']);
  cert.action((flags: ServerCertFlags) => run((terminal) => makeCert(flags, terminal)));
  cert
    .command('client')
    .description('make a certificate by which a client is known without a key')
    .argument('<id>')
    .option('--force', 'replace the one that is there')
    .option('--json', 'as {use, names, expires, days_left, cert, key, ca}')
    .addOption(dataOption())
    .action((id: string, flags: CertFlags) => run((terminal) => makeClientCert(id, flags, terminal)));
  cert
    .command('show')
    .description('show the certificates of the data folder, and until when they hold')
    .option('--json', 'as a JSON array')
    .addOption(dataOption())
    .action((flags: CertFlags) => run((terminal) => showCerts(flags, terminal)));
}
