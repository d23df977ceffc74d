import { EventEmitter } from 'node:events';
import type { Menu } from './menu.ts';
import { strict } from './strict.ts';

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Opens nothing, and says what it was asked to open. */
export const shell = strict('shell', {
  async openExternal(url: string): Promise<void> {
    process.stderr.write(`[stand-in] open: ${url}\n`);
  },
  async openPath(path: string): Promise<string> {
    process.stderr.write(`[stand-in] open: ${path}\n`);
    return '';
  },
  showItemInFolder(path: string): void {
    process.stderr.write(`[stand-in] show: ${path}\n`);
  },
});

let copied = '';

export const clipboard = strict('clipboard', {
  async writeText(text: string): Promise<void> {
    copied = text;
  },
  async readText(): Promise<string> {
    return copied;
  },
});

interface NativeImage {
  isEmpty(): boolean;
  setTemplateImage(option: boolean): void;
  addRepresentation(options: { scaleFactor?: number; buffer?: Buffer }): void;
}

export const nativeImage = strict('nativeImage', {
  createFromBuffer(buffer: Buffer, _options?: { scaleFactor?: number }): NativeImage {
    return strict('NativeImage', {
      isEmpty: () => buffer.length === 0,
      setTemplateImage: () => {},
      addRepresentation(options: { scaleFactor?: number; buffer?: Buffer }) {
        if (options.buffer === undefined) throw new TypeError('Cannot add a representation: it takes a buffer here');
      },
    });
  },
});

export class Tray extends EventEmitter {
  constructor(image: NativeImage | string) {
    super();
    if (typeof image === 'string' || image.isEmpty()) throw new TypeError('Cannot make a tray icon: it takes an image');
    return strict('Tray', this);
  }

  setImage(_image: NativeImage | string): void {}
  setToolTip(_text: string): void {}
  setContextMenu(_menu: Menu | null): void {}
  destroy(): void {}
  isDestroyed(): boolean {
    return false;
  }
}

export class Notification extends EventEmitter {
  readonly title: string;
  readonly body: string;

  constructor(options: { title?: string; body?: string; silent?: boolean } = {}) {
    super();
    this.title = options.title ?? '';
    this.body = options.body ?? '';
    return strict('Notification', this);
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    process.stderr.write(`[stand-in] notification: ${this.title}: ${this.body}\n`);
    this.emit('show');
  }

  close(): void {
    this.emit('close');
  }
}

interface Display {
  readonly id: number;
  readonly bounds: Rectangle;
  readonly workArea: Rectangle;
  readonly scaleFactor: number;
}

const DISPLAY: Display = {
  id: 1,
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 0, width: 1920, height: 1040 },
  scaleFactor: 1,
};

class Screen extends EventEmitter {
  constructor() {
    super();
    return strict('screen', this);
  }

  getAllDisplays(): Display[] {
    return [DISPLAY];
  }

  getPrimaryDisplay(): Display {
    return DISPLAY;
  }
}

export const screen = new Screen();

let crashReporterStarted = false;

export const crashReporter = strict('crashReporter', {
  start(options: { uploadToServer?: boolean; submitURL?: string }): void {
    if (options.uploadToServer !== false && options.submitURL === undefined) {
      throw new TypeError('submitURL must be specified when uploadToServer is true');
    }
    crashReporterStarted = true;
  },
  getUploadToServer(): boolean {
    if (!crashReporterStarted) throw new Error('Cannot ask the crash reporter: it was not started');
    return false;
  },
});
