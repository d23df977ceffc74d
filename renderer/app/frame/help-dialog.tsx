import { usePanels } from '../../state/panels.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { isMac, KEY_TABLE, keyLabel } from '../../ui/keys.ts';
import type { KeyGroup } from '../../ui/keys.ts';
import styles from './help-dialog.module.css';

const GROUPS: readonly KeyGroup[] = [
  'Everywhere',
  'Pages',
  'In a list',
  'On an exchange',
  'On a selected row',
  'In Compose',
];

/** Every key, from the one table. */
export function HelpDialog() {
  const open = usePanels((state) => state.help);
  return (
    <Dialog open={open} wide text title="Keys" onClose={() => usePanels.setState({ help: false })}>
      <div className={styles['groups']}>
        {GROUPS.map((group) => (
          <section key={group} className={styles['group']}>
            <h3>{group}</h3>
            <ul>
              {KEY_TABLE.filter((entry) => entry.group === group).map((entry) => (
                <li key={entry.id}>
                  {entry.title}
                  <span className={styles['keys']}>
                    {entry.keys.map((key) => (
                      <kbd key={key}>{keyLabel(key, isMac())}</kbd>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
