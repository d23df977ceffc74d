import type { HubClient, ServicesNews, WatchedService } from '../../client/node/index.ts';
import { ExitCode } from '../exit.ts';
import { printLine, type Terminal } from '../terminal.ts';

export interface WatchFormat {
  /** One JSON document a line. */
  readonly json: boolean;
}

/** `math  serving  2 providers` */
function present({ id, health, providers }: WatchedService): string {
  return `${id}  ${health}  ${String(providers.length)} ${providers.length === 1 ? 'provider' : 'providers'}`;
}

/** The lines of one piece of news, for people. */
export function newsLines(news: ServicesNews): readonly string[] {
  switch (news.event) {
    case 'snapshot':
      return news.services.length === 0 ? ['no services'] : news.services.map((each) => present(each));
    case 'added':
    case 'health':
      return [`${news.at}  ${news.event}  ${news.service}  ${news.health}`];
    case 'removed':
      return [`${news.at}  ${news.event}  ${news.service}`];
    case 'provider-added':
    case 'provider-removed':
      return [`${news.at}  ${news.event}  ${news.service}  ${news.provider}`];
  }
}

/** Prints services and what happens to them, until the command is interrupted, which is how it ends well. */
export async function watchServices(client: HubClient, terminal: Terminal, format: WatchFormat): Promise<ExitCode> {
  const { interrupted, stdout } = terminal;
  try {
    for await (const news of client.watchServices({ signal: interrupted })) {
      for (const line of format.json ? [JSON.stringify(news)] : newsLines(news)) printLine(stdout, line);
    }
  } catch (error) {
    if (!interrupted.aborted) throw error;
  }
  return ExitCode.Ok;
}
