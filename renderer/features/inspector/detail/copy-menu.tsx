import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { readBody } from '../../../bridge/body.ts';
import { hubQueries } from '../../../state/console.ts';
import { resendObstacle } from '../../../state/draft-input.ts';
import { Button } from '../../../ui/button.tsx';
import { copyText } from '../../../ui/clipboard.ts';
import { errorText, formatBytes } from '../../../ui/format.ts';
import menus from '../../../ui/menu.module.css';
import { toast } from '../../../ui/toasts.ts';
import { COPY_FORMS } from './copy-as.ts';
import type { CopyInput } from './copy-as.ts';

/** What is longer is no line for a terminal. */
const MAX_BODY_BYTES = 1_000_000;

type CopyForm = (typeof COPY_FORMS)[number];

async function copyAs(form: CopyForm, detail: ExchangeDetail, urls: Pick<CopyInput, 'url' | 'httpUrl'>): Promise<void> {
  const { storedBytes } = detail.request;
  const problem =
    storedBytes > MAX_BODY_BYTES
      ? `Its body has ${formatBytes(storedBytes)}, more than ${formatBytes(MAX_BODY_BYTES)}`
      : resendObstacle(detail);
  try {
    if (problem !== undefined) throw new Error(problem);
    const body = await readBody(detail.row.seq, 'request', { offset: 0, length: storedBytes });
    if (await copyText(form.make({ detail, body, ...urls }), form.name)) toast({ title: `Copied as ${form.name}` });
  } catch (error) {
    toast({ title: `Cannot copy as ${form.name}`, description: errorText(error), tone: 'error' });
  }
}

/** The request as a command, code or a document, for the clipboard. */
export function CopyMenu({ detail }: { readonly detail: ExchangeDetail }) {
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions());
  return (
    <Menu.Root>
      <Menu.Trigger
        disabled={info === undefined}
        render={<Button small variant="ghost" icon={<Copy size={14} aria-hidden />} />}
      >
        Copy as
      </Menu.Trigger>
      <Menu.Portal>
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
