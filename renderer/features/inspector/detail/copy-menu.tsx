import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { hubQueries } from '../../../state/console.ts';
import { useInspector } from '../../../state/inspector.ts';
import { Button } from '../../../ui/button.tsx';
import { menuContainer } from '../../../ui/menu-container.ts';
import menus from '../../../ui/menu.module.css';
import { COPY_FORMS } from './copy-as.ts';
import { copyAs } from './copy-exchange.ts';

/** The request as a command, code or a document, for the clipboard. */
export function CopyMenu({ detail }: { readonly detail: ExchangeDetail }) {
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions());
  const open = useInspector((inspector) => inspector.copying);
  return (
    <Menu.Root open={open} onOpenChange={(copying) => useInspector.setState({ copying })}>
      <Menu.Trigger
        disabled={info === undefined}
        render={<Button small variant="ghost" icon={<Copy size={14} aria-hidden />} />}
      >
        Copy as
      </Menu.Trigger>
      <Menu.Portal container={menuContainer()}>
        <Menu.Positioner className={menus['positioner']} align="end" sideOffset={4}>
          <Menu.Popup className={menus['menu']} aria-label="Copy as">
            {COPY_FORMS.map((form) => (
              <Menu.Item
                key={form.id}
                className={menus['item']}
                onClick={() => {
                  if (info !== undefined) void copyAs(form, detail, info);
                }}
              >
                {form.name}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
