/** The part of the store that exports. */
interface ExportStore<Wish> {
  open(wish: Wish): Promise<{ exportId: string; rows: number }>;
  close(input: { exportId: string }): Promise<unknown>;
}

/** Has the store export what is wished while `take` runs: the export is closed however that ends. @returns what `take` does */
export async function withExport<Wish, T>(
  store: ExportStore<Wish>,
  wish: Wish,
  take: (opened: { readonly exportId: string; readonly rows: number }) => Promise<T>,
): Promise<T> {
  const opened = await store.open(wish);
  const { exportId } = opened;
  try {
    return await take(opened);
  } finally {
    await store.close({ exportId }).catch((error: unknown) => {
      // The store forgets the exports of a line that closed, so nothing stays behind.
      console.warn('An export could not be closed', error);
    });
  }
}
