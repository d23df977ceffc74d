import { describe, expect, it } from 'vitest';
import { externalUrl } from './navigation-policy.ts';
import { mayUse } from './permission-policy.ts';
import { windowOptions } from './window-options.ts';

describe('externalUrl()', () => {
  it('[EL6] externalUrl() lets a listed document through', () => {
    expect(externalUrl('https://www.rfc-editor.org/rfc/rfc9457')).toBe('https://www.rfc-editor.org/rfc/rfc9457');
  });

  it.each([
    'http://www.rfc-editor.org/',
    'https://www.rfc-editor.org.example.com/',
    'https://www.rfc-editor.org@example.com/',
    'https://user@www.rfc-editor.org/',
    'https://www.rfc-editor.org:8443/',
    'https://example.com/www.rfc-editor.org',
    'https://www.rfc-editor.org\u2024example.com/',
    'https://xn--www-rfc-editor-org.example/',
    'file:///etc/passwd',
    'smb://www.rfc-editor.org/share',
    'javascript:alert(1)',
    'not a url',
  ])('[EL6] externalUrl() refuses %s', (url) => {
    expect(externalUrl(url)).toBeUndefined();
  });
});

describe('mayUse()', () => {
  it('[EL7] mayUse() lets the console write text to the clipboard', () => {
    expect(mayUse('clipboard-sanitized-write', 'app://console/')).toBe(true);
  });

  it('[EL7] mayUse() refuses it to any other page', () => {
    expect(mayUse('clipboard-sanitized-write', 'https://example.com/')).toBe(false);
  });

  it.each([
    'clipboard-read',
    'display-capture',
    'fullscreen',
    'geolocation',
    'hid',
    'idle-detection',
    'keyboardLock',
    'media',
    'mediaKeySystem',
    'midi',
    'midiSysex',
    'notifications',
    'openExternal',
    'pointerLock',
    'serial',
    'speaker-selection',
    'storage-access',
    'top-level-storage-access',
    'usb',
    'window-management',
    'unknown',
    'fileSystem',
  ])('[EL7] mayUse() refuses %s', (permission) => {
    expect(mayUse(permission, 'app://console/')).toBe(false);
  });
});

it('[EL8] a window is isolated, sandboxed and without Node', () => {
  expect(windowOptions('/preload.cjs').webPreferences).toEqual({
    preload: '/preload.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
  });
});
