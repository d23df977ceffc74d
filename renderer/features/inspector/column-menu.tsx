import { Menu } from '@base-ui/react/menu';
import { Check, Columns3 } from 'lucide-react';
import { HIDDEN_AT_FIRST, TIME_MODES, usePreferences } from '../../state/preferences.ts';
import type { TimeMode } from '../../state/preferences.ts';
import { Button } from '../../ui/button.tsx';
import { menuContainer } from '../../ui/menu-container.ts';
import { FoldingLabel } from '../../ui/page.tsx';
import menus from '../../ui/menu.module.css';
import { EMPTY_COLUMN, useInspector } from '../../state/inspector.ts';
import { listColumnId, useCustomColumns } from '../../state/custom-columns.ts';
import { resetColumns, showColumn } from './column-layout.ts';
import { EXCHANGE_COLUMNS, WATERFALL } from './columns.tsx';
import type { ExchangeColumn } from './columns.tsx';

const TIME_NAMES: Readonly<Record<TimeMode, string>> = {
  clock: 'Time of day',
  start: 'Since the first row',
  delta: 'Since the row above',
};

function TimeItems() {
  const mode = usePreferences((state) => state.timeMode);
  return (
    <Menu.RadioGroup value={mode} onValueChange={(timeMode: TimeMode) => usePreferences.setState({ timeMode })}>
      <Menu.GroupLabel className={menus['label']}>Time</Menu.GroupLabel>
      {TIME_MODES.map((each) => (
        <Menu.RadioItem key={each} value={each} className={menus['checkItem']} closeOnClick={false}>
          <Menu.RadioItemIndicator>
            <Check size={14} aria-hidden />
          </Menu.RadioItemIndicator>
          <span>{TIME_NAMES[each]}</span>
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

/** Which columns the list shows, and what its times count from. */
export function ColumnMenu() {
  const hidden = usePreferences((state) => state.hiddenColumns);
  const custom = useCustomColumns((state) => state.defined);
  const columns: readonly Pick<ExchangeColumn, 'id' | 'header' | 'name'>[] = [
    ...EXCHANGE_COLUMNS,
    ...custom.map(({ id, name }) => ({ id: listColumnId(id), header: name })),
    WATERFALL,
  ];
  return (
    <Menu.Root>
      <Menu.Trigger render={<Button small variant="ghost" title="Columns" icon={<Columns3 size={14} aria-hidden />} />}>
        <FoldingLabel>Columns</FoldingLabel>
      </Menu.Trigger>
      <Menu.Portal container={menuContainer()}>
        <Menu.Positioner className={menus['positioner']} align="end" sideOffset={4}>
          <Menu.Popup className={menus['menu']} aria-label="Columns">
            {columns.map((column) => (
              <Menu.CheckboxItem
                key={column.id}
                className={menus['checkItem']}
                checked={!hidden.includes(column.id)}
                closeOnClick={false}
                onCheckedChange={(checked) => showColumn(column.id, checked)}
              >
                <Menu.CheckboxItemIndicator>
                  <Check size={14} aria-hidden />
                </Menu.CheckboxItemIndicator>
                <span>{column.name ?? column.header}</span>
              </Menu.CheckboxItem>
            ))}
            <Menu.Separator className={menus['separator']} />
            <TimeItems />
            <Menu.Separator className={menus['separator']} />
            <Menu.Item className={menus['item']} onClick={() => useInspector.setState({ columnDraft: EMPTY_COLUMN })}>
              Custom columns…
            </Menu.Item>
            <Menu.Item className={menus['item']} onClick={() => resetColumns(HIDDEN_AT_FIRST)}>
              Columns as at first
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
