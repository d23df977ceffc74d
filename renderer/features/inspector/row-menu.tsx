import { useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { ContextMenu } from '@base-ui/react/context-menu';
import { useQuery } from '@tanstack/react-query';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { actedOn, useInspector } from '../../state/inspector.ts';
import { hubQueries } from '../../state/console.ts';
import { useCustomColumns } from '../../state/custom-columns.ts';
import { showFrames } from '../../state/frames.ts';
import { showConnection, showProvider } from '../../state/open-lines.ts';
import { keyHint } from '../../ui/keys.ts';
import type { KeyId } from '../../ui/keys.ts';
import { menuContainer } from '../../ui/menu-container.ts';
import menus from '../../ui/menu.module.css';
import { plural } from '../../ui/format.ts';
import { COPY_FORMS } from './detail/copy-as.ts';
import { copyRecords, copyRowAs } from './detail/copy-exchange.ts';
import type { ExchangeList } from './exchange-list.ts';
import { actOnRows, copySummaries, jumpTo, markRows, narrow } from './row-actions.ts';
import { columnOffers } from './column-text.ts';
import { filterOffers } from './row-text.ts';

function Item({ text, hint, onClick }: { readonly text: string; readonly hint?: KeyId; readonly onClick: () => void }) {
  return (
    <ContextMenu.Item className={menus['item']} onClick={onClick}>
      {text}
      {hint === undefined ? null : <kbd>{keyHint(hint)}</kbd>}
    </ContextMenu.Item>
  );
}

function SubMenu({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  return (
    <ContextMenu.SubmenuRoot>
      <ContextMenu.SubmenuTrigger className={menus['item']}>
        {text}
        <span aria-hidden>▸</span>
      </ContextMenu.SubmenuTrigger>
      <ContextMenu.Portal container={menuContainer()}>
        <ContextMenu.Positioner className={menus['positioner']}>
          <ContextMenu.Popup className={menus['menu']}>{children}</ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.SubmenuRoot>
  );
}

interface RowMenuProps {
  readonly list: ExchangeList;
  readonly row: ExchangeRow;
  readonly onEdit: (seq: number) => void;
  readonly onResend: (seq: number) => void;
}

function FilterItems({ row }: { readonly row: ExchangeRow }) {
  const columns = useCustomColumns((state) => state.defined);
  const offers = [...filterOffers(row), ...columnOffers(row, columns)];
  return (
    <SubMenu text="Filter">
      {offers.map(({ name, term }) => (
        <ContextMenu.Item key={term} className={menus['item']} onClick={() => narrow(term)}>
          {name}
          <code>{term}</code>
        </ContextMenu.Item>
      ))}
      <ContextMenu.Separator className={menus['separator']} />
      {offers.map(({ name, term }) => (
        <ContextMenu.Item key={term} className={menus['item']} onClick={() => narrow(`-${term}`)}>
          Not {name.charAt(0).toLowerCase() + name.slice(1)}
          <code>-{term}</code>
        </ContextMenu.Item>
      ))}
    </SubMenu>
  );
}

function CopyItems({ row, rows }: { readonly row: ExchangeRow; readonly rows: readonly number[] }) {
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions());
  const many = rows.length > 1;
  return (
    <SubMenu text="Copy">
      <Item
        text={many ? plural(rows.length, 'line') : 'A line about it'}
        hint="row-copy"
        onClick={() => void copySummaries(rows)}
      />
      {many || info === undefined
        ? null
        : COPY_FORMS.map((form) => (
            <Item key={form.id} text={`As ${form.name}`} onClick={() => void copyRowAs(form, row.seq, info)} />
          ))}
      <Item text="As fixture" onClick={() => void copyRecords(rows)} />
    </SubMenu>
  );
}

/** Ways to what the row names. */
function OpenItems({ row }: { readonly row: ExchangeRow }) {
  const { connection, service, provider, seq, via } = row;
  return (
    <>
      <ContextMenu.Separator className={menus['separator']} />
      <Item text="Open frames" hint="list-pair" onClick={() => showFrames(`id:${seq}`)} />
      {/* A request over HTTP has no connection that is listed. */}
      {via === 'socket' ? <Item text="Open connection" onClick={() => showConnection(connection)} /> : null}
      {provider === '' ? null : <Item text="Open provider" onClick={() => showProvider(service, provider)} />}
    </>
  );
}

function MenuItems({ list, row, onEdit, onResend }: RowMenuProps) {
  const rows = actedOn();
  const many = rows.length > 1;
  return (
    <>
      {many ? null : (
        <>
          <Item text="Edit & resend" hint="list-edit" onClick={() => onEdit(row.seq)} />
          <Item text="Resend" hint="list-resend" onClick={() => onResend(row.seq)} />
          <Item text="Resend N…" onClick={() => useInspector.setState({ resending: row.seq })} />
          <ContextMenu.Separator className={menus['separator']} />
        </>
      )}
      <CopyItems row={row} rows={rows} />
      <FilterItems row={row} />
      <Item text="Hide rows like this" hint="row-hide" onClick={() => actOnRows('row-hide', { list, row })} />
      <Item
        text="Highlight rows like this…"
        onClick={() => useInspector.setState({ highlighting: filterOffers(row)[1]?.term ?? '' })}
      />
      <ContextMenu.Separator className={menus['separator']} />
      <SubMenu text="Mark">
        {[1, 2, 3, 4, 5, 6].map((mark) => (
          <ContextMenu.CheckboxItem
            key={mark}
            className={menus['item']}
            checked={row.mark === mark}
            onCheckedChange={() => markRows(list, row, mark)}
          >
            {row.mark === mark ? 'Unmark' : 'Mark'} {mark}
            <kbd>{mark}</kbd>
          </ContextMenu.CheckboxItem>
        ))}
      </SubMenu>
      <Item text="Comment and tags…" hint="row-comment" onClick={() => useInspector.setState({ noting: true })} />
      <Item
        text="Next error"
        hint="row-next-error"
        onClick={() => void jumpTo(list, 'status:error', { back: false })}
      />
      <SubMenu text="Export">
        <Item
          text={many ? `${plural(rows.length, 'row')} selected…` : 'This row…'}
          onClick={() => useInspector.setState({ exporting: 'chosen' })}
        />
        <Item text="All rows of the list…" onClick={() => useInspector.setState({ exporting: 'all' })} />
      </SubMenu>
      <OpenItems row={row} />
    </>
  );
}

interface MenuOfProps extends Omit<RowMenuProps, 'row'> {
  /** The row that was selected when the menu was opened. */
  readonly seq: number | null;
}

/** Right after a change of the filter the row may still be on its way. */
function MenuOf({ seq, ...rest }: MenuOfProps) {
  const { list } = rest;
  useSyncExternalStore(list.subscribe, list.version);
  const row = list.find(seq);
  if (row !== undefined) return <MenuItems row={row} {...rest} />;
  return <p className={menus['label']}>{seq === null ? 'Select a row first' : `Row #${seq} is not in the list`}</p>;
}

interface RowMenuAreaProps extends MenuOfProps {
  readonly children: ReactNode;
}

/** The list with its context menu, which is for the rows that are selected. */
export function RowMenuArea({ children, ...rest }: RowMenuAreaProps) {
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger className={menus['area']}>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal container={menuContainer()}>
        <ContextMenu.Positioner className={menus['positioner']}>
          <ContextMenu.Popup className={menus['menu']} aria-label="Row">
            <MenuOf {...rest} />
          </ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
