import { useState } from 'react';
import { Menu } from '@base-ui/react/menu';
import { Bookmark, Pencil, Trash2 } from 'lucide-react';
import { useInspector } from '../../../state/inspector.ts';
import { usePreferences } from '../../../state/preferences.ts';
import { deleteFilter, renameFilter, saveFilter } from '../../../state/saved-filters.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Field, TextInput } from '../../../ui/field.tsx';
import { menuContainer } from '../../../ui/menu-container.ts';
import menus from '../../../ui/menu.module.css';
import { toast } from '../../../ui/toasts.ts';
import styles from './filter.module.css';

/** What the name is asked for: a filter to save, or one to rename. */
type Asked = { readonly kind: 'save' } | { readonly kind: 'rename'; readonly name: string };

function NameDialog({ asked, onClose }: { readonly asked: Asked; readonly onClose: () => void }) {
  const filter = useInspector((inspector) => inspector.filter);
  const [name, setName] = useState(asked.kind === 'rename' ? asked.name : '');
  const title = asked.kind === 'rename' ? 'Rename filter' : 'Save filter';
  const confirm = (): void => {
    if (name.trim() === '') return;
    if (asked.kind === 'rename') renameFilter(asked.name, name.trim());
    else saveFilter({ name: name.trim(), filter });
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      {...(asked.kind === 'save' ? { description: filter } : {})}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={name.trim() === ''} onClick={confirm}>
            {asked.kind === 'rename' ? 'Rename' : 'Save'}
          </Button>
        </>
      }
    >
      <Field label="Name" hint="A filter of that name is replaced">
        {(ids) => (
          <TextInput
            {...ids}
            autoFocus
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              // Else the button that gets the focus back takes the key for itself.
              event.preventDefault();
              confirm();
            }}
          />
        )}
      </Field>
    </Dialog>
  );
}

function remove(name: string): void {
  const undo = deleteFilter(name);
  toast({ title: `Filter “${name}” deleted`, action: { label: 'Undo', run: undo } });
}

function ManageDialog({
  onRename,
  onClose,
}: {
  readonly onRename: (name: string) => void;
  readonly onClose: () => void;
}) {
  const saved = usePreferences((preferences) => preferences.savedFilters);
  return (
    <Dialog open wide onClose={onClose} title="Saved filters">
      {saved.length === 0 ? 'There is none any more.' : null}
      <ul className={styles['saved']}>
        {saved.map(({ name, filter }) => (
          <li key={name}>
            <b>{name}</b>
            <code>{filter}</code>
            <IconButton
              small
              label={`Rename ${name}`}
              icon={<Pencil size={14} aria-hidden />}
              onClick={() => onRename(name)}
            />
            <IconButton
              small
              label={`Delete ${name}`}
              icon={<Trash2 size={14} aria-hidden />}
              onClick={() => remove(name)}
            />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

const show = (filter: string): void => useInspector.setState({ filter });

/** Filters that were saved, and those that were used lately. */
export function SavedFiltersMenu() {
  const filter = useInspector((inspector) => inspector.filter);
  const saved = usePreferences((preferences) => preferences.savedFilters);
  const recent = usePreferences((preferences) => preferences.recentFilters);
  const [asked, setAsked] = useState<Asked>();
  const [managing, setManaging] = useState(false);
  return (
    <>
      <Menu.Root>
        <Menu.Trigger render={<Button small variant="ghost" icon={<Bookmark size={14} aria-hidden />} />}>
          Filters
        </Menu.Trigger>
        <Menu.Portal container={menuContainer()}>
          <Menu.Positioner className={menus['positioner']} align="end" sideOffset={4}>
            <Menu.Popup className={menus['menu']} aria-label="Filters">
              <Menu.Item
                className={menus['item']}
                disabled={filter.trim() === ''}
                onClick={() => setAsked({ kind: 'save' })}
              >
                Save this filter…
              </Menu.Item>
              <Menu.Item className={menus['item']} disabled={saved.length === 0} onClick={() => setManaging(true)}>
                Rename or delete…
              </Menu.Item>
              {saved.length === 0 ? null : (
                <Menu.Group>
                  <Menu.GroupLabel className={menus['label']}>Saved</Menu.GroupLabel>
                  {saved.map((each) => (
                    <Menu.Item key={each.name} className={menus['item']} onClick={() => show(each.filter)}>
                      {each.name}
                      <code>{each.filter}</code>
                    </Menu.Item>
                  ))}
                </Menu.Group>
              )}
              {recent.length === 0 ? null : (
                <Menu.Group>
                  <Menu.GroupLabel className={menus['label']}>Used lately</Menu.GroupLabel>
                  {recent.slice(0, 10).map((text) => (
                    <Menu.Item key={text} className={menus['item']} onClick={() => show(text)}>
                      <code>{text}</code>
                    </Menu.Item>
                  ))}
                </Menu.Group>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {managing ? (
        <ManageDialog
          onClose={() => setManaging(false)}
          onRename={(name) => {
            setManaging(false);
            setAsked({ kind: 'rename', name });
          }}
        />
      ) : null}
      {asked === undefined ? null : <NameDialog asked={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}
