import { Menu } from '@base-ui/react/menu';
import { GitCompare } from 'lucide-react';
import type { ExchangeDetail, ExchangeRow } from '../../../../hub-core/console/contract/capture-contract.ts';
import { compareRows, useCompare } from '../../../state/compare.ts';
import { Button } from '../../../ui/button.tsx';
import { errorText } from '../../../ui/format.ts';
import { menuContainer } from '../../../ui/menu-container.ts';
import menus from '../../../ui/menu.module.css';
import { toast } from '../../../ui/toasts.ts';
import { CompareDialog } from './compare-dialog.tsx';
import { previousOf } from './same-method.ts';

async function comparePrevious(row: ExchangeRow): Promise<void> {
  try {
    const before = await previousOf(row, AbortSignal.timeout(30_000));
    if (before === undefined) throw new Error(`No stored exchange of ${row.method} ${row.service} came before it`);
    compareRows(before, row.seq);
  } catch (error) {
    toast({ title: 'Cannot compare with the previous one', description: errorText(error), tone: 'error' });
  }
}

/** Comparing this exchange with another one. */
export function CompareMenu({ detail }: { readonly detail: ExchangeDetail }) {
  const { row } = detail;
  const { chosenSeq, pair } = useCompare();
  return (
    <>
      <Menu.Root>
        <Menu.Trigger render={<Button small variant="ghost" icon={<GitCompare size={14} aria-hidden />} />}>
          Compare
        </Menu.Trigger>
        <Menu.Portal container={menuContainer()}>
          <Menu.Positioner className={menus['positioner']} align="end" sideOffset={4}>
            <Menu.Popup className={menus['menu']} aria-label="Compare">
              <Menu.Item className={menus['item']} onClick={() => void comparePrevious(row)}>
                With the previous of this method
              </Menu.Item>
              <Menu.Item
                className={menus['item']}
                disabled={chosenSeq === null || chosenSeq === row.seq}
                onClick={() => {
                  if (chosenSeq !== null) compareRows(chosenSeq, row.seq);
                }}
              >
                {chosenSeq === null ? 'With the chosen one' : `With #${chosenSeq}`}
              </Menu.Item>
              <Menu.Item
                className={menus['item']}
                onClick={() => {
                  useCompare.setState({ chosenSeq: row.seq });
                  toast({ title: `#${row.seq} is chosen: open another one and compare` });
                }}
              >
                Choose #{row.seq} for comparing
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {pair === null ? null : <CompareDialog pair={pair} onClose={() => useCompare.setState({ pair: null })} />}
    </>
  );
}
