import { describe, expect, it, vi } from 'vitest';
import { withExport } from './with-export.ts';

/** A store that notes which exports are open. */
function store({ closes = true } = {}) {
  const open = new Set<string>();
  return {
    opened: open,
    store: {
      open: async (wish: { readonly query: string }) => {
        open.add(wish.query);
        return { exportId: wish.query, rows: 3 };
      },
      close: async ({ exportId }: { readonly exportId: string }) => {
        if (!closes) throw new Error('The line is lost');
        return { closed: open.delete(exportId) };
      },
    },
  };
}

describe('withExport', () => {
  it('[IN17] keeps the export open while it is read, and closes it then', async () => {
    const { store: exports, opened } = store();
    const taken = await withExport(exports, { query: 'e1' }, async ({ rows }) => ({ rows, open: [...opened] }));
    expect({ taken, open: opened.size }).toEqual({ taken: { rows: 3, open: ['e1'] }, open: 0 });
  });

  it('[IN17] closes an export that could not be written', async () => {
    const { store: exports, opened } = store();
    const failing = withExport(exports, { query: 'e1' }, () => Promise.reject(new Error('The disk is full')));
    await expect(failing).rejects.toThrow('The disk is full');
    expect(opened.size).toBe(0);
  });

  it('[IN17] tells why it was not written when it cannot be closed either', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const { store: exports } = store({ closes: false });
    const failing = withExport(exports, { query: 'e1' }, () => Promise.reject(new Error('The disk is full')));
    await expect(failing).rejects.toThrow('The disk is full');
  });
});
