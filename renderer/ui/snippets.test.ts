import { describe, expect, it } from 'vitest';
import { connectSnippets } from './snippets.ts';

const linesOf = (url: string): readonly string[] => {
  const values = { url, httpUrl: 'http://h:1', client: 'demo', apiKey: 'whub_k' };
  return (
    connectSnippets(values)
      .find(({ id }) => id === 'transports')
      ?.text.split('\n') ?? []
  );
};

describe('connectSnippets', () => {
  it('[UI71] has a line for each transport, encrypted where the hub is', () => {
    const urls = (url: string): readonly string[] => linesOf(url).flatMap((line) => line.split(' --url ')[1] ?? []);
    expect(urls('ws://h:1/')).toEqual(['ws://h:1/', 'tcp://h:1/', 'udp://h:1/', 'http://h:1/', 'rtc+http://h:1/']);
    expect(urls('wss://[::1]:1/')).toEqual([
      'wss://[::1]:1/',
      'tls://[::1]:1/',
      'https://[::1]:1/',
      'rtc+https://[::1]:1/',
    ]);
  });
});
