import { describe, expect, it } from 'vitest';
import { updatePlan, whyNoUpdates } from './update-plan.ts';
import type { Build } from './update-plan.ts';

const SIGNED: Build = { isPackaged: true, isSigned: true, hasFeed: true, platform: 'win32', appImage: undefined };

describe('whyNoUpdates()', () => {
  it('[DS30] a signed build with a feed may update itself', () => {
    expect(whyNoUpdates(SIGNED)).toBeUndefined();
    expect(whyNoUpdates({ ...SIGNED, platform: 'linux', appImage: '/opt/WHub.AppImage' })).toBeUndefined();
  });

  it.each([
    ['not signed', { isSigned: false }, 'No updates: this build is not signed'],
    ['without a feed', { hasFeed: false }, 'No updates: this build has no update address'],
    ['run from its sources', { isPackaged: false }, 'No updates: run from its sources'],
    ['of a deb or rpm', { platform: 'linux' }, 'Updates come with your package manager'],
  ])('[DS30] a build %s never does', (_what, change, why) => {
    expect(whyNoUpdates({ ...SIGNED, ...change })).toBe(why);
  });
});

describe('updatePlan()', () => {
  it.each([
    ['off', { looks: false, downloads: false }],
    ['notify', { looks: true, downloads: false }],
    ['automatic', { looks: true, downloads: true }],
  ] as const)('[DS31] updatePlan() %s', (mode, plan) => {
    expect(updatePlan(mode)).toEqual(plan);
  });
});
