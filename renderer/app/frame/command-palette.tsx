import { useState } from 'react';
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { hubQueries } from '../../state/console.ts';
import { EMPTY_DRAFT, openDraft } from '../../state/draft.ts';
import { showExchange, showRows } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import { usePanels } from '../../state/panels.ts';
import { keyHint } from '../../ui/keys.ts';
import { COMMANDS } from '../commands.ts';
import styles from './command-palette.module.css';

const close = (): void => usePanels.setState({ palette: false });

/** Runs and closes, so that what it opens gets the focus. */
const pick = (run: () => void) => (): void => {
  close();
  run();
};

/** `#12345` names a captured row. */
function rowNumber(search: string): number | undefined {
  const digits = /^#(\d{1,15})$/.exec(search.trim())?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function openRow(seq: number): void {
  showExchange(seq);
  goTo('inspector');
}

function showTraffic(filter: string): void {
  showRows(filter);
  goTo('inspector');
}

function PaletteItems({ search }: { readonly search: string }) {
  const { data: services = [] } = useQuery(hubQueries.services.list.queryOptions());
  const row = rowNumber(search);
  return (
    <>
      {row === undefined ? null : (
        <Command.Item value={search} onSelect={pick(() => openRow(row))}>
          Open row #{row} in Inspector
        </Command.Item>
      )}
      <Command.Group heading="Commands">
        {COMMANDS.map((command) => (
          <Command.Item key={command.id} value={command.title} onSelect={pick(command.run)}>
            {command.title}
            {command.key === undefined ? null : <kbd>{keyHint(command.key)}</kbd>}
          </Command.Item>
        ))}
      </Command.Group>
      <Command.Group heading="Services">
        {services.flatMap((service) => [
          <Command.Item
            key={`traffic-${service.id}`}
            value={`traffic of ${service.id}`}
            onSelect={pick(() => showTraffic(`service:${service.id}`))}
          >
            Traffic of {service.id}
          </Command.Item>,
          <Command.Item
            key={`request-${service.id}`}
            value={`request to ${service.id}`}
            onSelect={pick(() => {
              openDraft({ ...EMPTY_DRAFT, uri: `/${service.id}/` });
              goTo('compose');
            })}
          >
            Request to {service.id}
          </Command.Item>,
        ])}
      </Command.Group>
    </>
  );
}

/** Finds a command, a page, a service or a row by typing. */
export function CommandPalette() {
  const open = usePanels((state) => state.palette);
  const [search, setSearch] = useState('');
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) close();
      }}
      onOpenChangeComplete={(next) => {
        if (!next) setSearch('');
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={styles['backdrop']} />
        <Dialog.Popup className={styles['popup']} aria-label="Command palette">
          <Command label="Command palette" loop>
            <Command.Input value={search} onValueChange={setSearch} placeholder="Search or run…" autoFocus />
            <Command.List>
              <Command.Empty>Nothing found. Type #12345 to open a captured row.</Command.Empty>
              <PaletteItems search={search} />
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
