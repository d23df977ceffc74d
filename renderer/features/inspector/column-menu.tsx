import { Menu } from '@base-ui/react/menu';
import { Check, Columns3 } from 'lucide-react';
import { usePreferences } from '../../state/preferences.ts';
import { Button } from '../../ui/button.tsx';
import menus from '../../ui/menu.module.css';
import { EXCHANGE_COLUMNS, WATERFALL } from './columns.tsx';

const NAMES: Readonly<Record<string, string>> = {
  seq: 'Number',
  kind: 'Kind',
  requestBytes: 'Request size',
  replyBytes: 'Reply size',
};

function show(id: string, shown: boolean): void {
  usePreferences.setState(({ hiddenColumns }) => ({
    hiddenColumns: shown ? hiddenColumns.filter((hidden) => hidden !== id) : [...hiddenColumns, id],
  }));
}

/** Which columns the list shows. */
export function ColumnMenu() {
  const hidden = usePreferences((state) => state.hiddenColumns);
  return (
    <Menu.Root>
      <Menu.Trigger render={<Button small variant="ghost" icon={<Columns3 size={14} aria-hidden />} />}>
        Columns
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menus['positioner']} align="end" sideOffset={4}>
          <Menu.Popup className={menus['menu']} aria-label="Columns">
            {[...EXCHANGE_COLUMNS, WATERFALL].map((column) => (
              <Menu.CheckboxItem
                key={column.id}
                className={menus['checkItem']}
                checked={!hidden.includes(column.id)}
                closeOnClick={false}
                onCheckedChange={(checked) => show(column.id, checked)}
              >
                <Menu.CheckboxItemIndicator>
                  <Check size={14} aria-hidden />
                </Menu.CheckboxItemIndicator>
                <span>{NAMES[column.id] ?? column.header}</span>
              </Menu.CheckboxItem>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
