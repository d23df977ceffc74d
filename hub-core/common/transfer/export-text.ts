import { RECORD_VERSION } from './capture-record.ts';
import type { CaptureFileHeader, CaptureRecord } from './capture-record.ts';
import { harFrame, toHarEntry } from './har.ts';
import type { TransferFormat } from './transfer-format.ts';

export interface ExportShape {
  readonly format: TransferFormat;
  readonly filter: string;
  readonly masked: boolean;
  /** Wall time. */
  readonly exportedMs: number;
  readonly version: string;
  /** What the paths of an archive are relative to. */
  readonly baseUrl: string;
}

/** The text of an export, piece by piece: what stands before the records, they themselves, and what stands behind them. */
export class ExportText {
  readonly #shape: ExportShape;
  #entries = 0;

  constructor(shape: ExportShape) {
    this.#shape = shape;
  }

  head(): string {
    const { format, filter, masked, exportedMs, version } = this.#shape;
    if (format === 'har') return harFrame(version).head;
    if (format === 'ndjson') return '';
    const exported = new Date(exportedMs).toISOString();
    const header: CaptureFileHeader = { whub: 'capture', version: RECORD_VERSION, exported, filter, masked };
    return `${JSON.stringify(header)}\n`;
  }

  /** @param lines records, one a line, each with its line's end */
  records(lines: string): string {
    if (this.#shape.format !== 'har') return lines;
    let text = '';
    for (const line of lines.split('\n')) {
      if (line === '') continue;
      const entry = toHarEntry(JSON.parse(line) as CaptureRecord, this.#shape.baseUrl);
      text += `${this.#entries === 0 ? '' : ',\n'}${JSON.stringify(entry)}`;
      this.#entries += 1;
    }
    return text;
  }

  foot(): string {
    return this.#shape.format === 'har' ? harFrame(this.#shape.version).foot : '';
  }
}
