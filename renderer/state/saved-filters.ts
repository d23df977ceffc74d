import { usePreferences } from './preferences.ts';
import type { SavedFilter } from './preferences.ts';

const MAX_RECENT = 20;

/** Remembers a filter that was used; one that only went on from the last one, letter by letter, takes its place. */
export function noteFilter(filter: string): void {
  const text = filter.trim();
  if (text === '') return;
  usePreferences.setState(({ recentFilters }) => {
    const [latest] = recentFilters;
    const others = latest !== undefined && text.startsWith(latest) ? recentFilters.slice(1) : recentFilters;
    return { recentFilters: [text, ...others.filter((known) => known !== text)].slice(0, MAX_RECENT) };
  });
}

/** Saves a filter under a name; one of that name is replaced. */
export function saveFilter(saved: SavedFilter): void {
  usePreferences.setState(({ savedFilters }) => ({
    savedFilters: [...savedFilters.filter(({ name }) => name !== saved.name), saved],
  }));
}

/** Gives it another name, in its place; a filter that had that name is replaced. */
export function renameFilter(name: string, newName: string): void {
  usePreferences.setState(({ savedFilters }) => ({
    savedFilters: savedFilters
      .filter((saved) => saved.name === name || saved.name !== newName)
      .map((saved) => (saved.name === name ? { ...saved, name: newName } : saved)),
  }));
}

/** @returns the function that puts it back in its place */
export function deleteFilter(name: string): () => void {
  const { savedFilters } = usePreferences.getState();
  const place = savedFilters.findIndex((saved) => saved.name === name);
  const deleted = savedFilters[place];
  if (deleted === undefined) return () => undefined;
  usePreferences.setState({ savedFilters: savedFilters.toSpliced(place, 1) });
  return () =>
    usePreferences.setState((now) => ({
      savedFilters: now.savedFilters.some((saved) => saved.name === name)
        ? now.savedFilters
        : now.savedFilters.toSpliced(Math.min(place, now.savedFilters.length), 0, deleted),
    }));
}
