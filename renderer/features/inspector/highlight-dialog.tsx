import { useState } from 'react';
import { Trash2 } from 'lucide-react';
import { usePreferences } from '../../state/preferences.ts';
import type { HighlightRule } from '../../state/preferences.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';
import { toast } from '../../ui/toasts.ts';
import { highlightObstacle } from './highlight.ts';
import styles from './inspector.module.css';

const COLORS = ['blue', 'red', 'green', 'amber', 'purple', 'teal'] as const;

function setRules(highlights: readonly HighlightRule[]): void {
  usePreferences.setState({ highlights });
}

function remove(rules: readonly HighlightRule[], place: number): void {
  setRules(rules.toSpliced(place, 1));
  toast({ title: 'Highlight rule deleted', action: { label: 'Undo', run: () => setRules(rules) } });
}

function ColorSelect({
  color,
  label,
  onChange,
}: {
  readonly color: number;
  readonly label: string;
  readonly onChange: (color: number) => void;
}) {
  return (
    <Select aria-label={label} value={color} onChange={(event) => onChange(Number(event.target.value))}>
      {COLORS.map((name, place) => (
        <option key={name} value={place + 1}>
          {place + 1} {name}
        </option>
      ))}
    </Select>
  );
}

/** Rules that colour the rows which match a filter. */
export function HighlightDialog({ filter, onClose }: { readonly filter: string; readonly onClose: () => void }) {
  const rules = usePreferences((preferences) => preferences.highlights);
  const [draft, setDraft] = useState<HighlightRule>({ filter, color: (rules.length % COLORS.length) + 1 });
  const [asked, setAsked] = useState(false);
  const obstacle = highlightObstacle(draft.filter);
  const add = (): void => {
    setAsked(true);
    if (obstacle !== undefined) return;
    setRules([...rules, draft]);
    setDraft({ filter: '', color: (draft.color % COLORS.length) + 1 });
    setAsked(false);
  };
  return (
    <Dialog
      open
      wide
      title="Highlight rules"
      description="The first rule that matches a row colours it."
      onClose={onClose}
    >
      <ul className={styles['rules']}>
        {rules.map((rule, place) => (
          <li key={`${rule.filter} ${String(place)}`}>
            <ColorSelect
              color={rule.color}
              label={`Colour of ${rule.filter}`}
              onChange={(color) => setRules(rules.with(place, { ...rule, color }))}
            />
            <code>{rule.filter}</code>
            <IconButton
              small
              label={`Delete ${rule.filter}`}
              icon={<Trash2 size={14} aria-hidden />}
              onClick={() => remove(rules, place)}
            />
          </li>
        ))}
      </ul>
      <Field label="Filter" hint="As in the filter bar" error={asked ? obstacle : undefined}>
        {(ids) => (
          <div className={styles['newRule']}>
            <ColorSelect color={draft.color} label="Colour" onChange={(color) => setDraft({ ...draft, color })} />
            <TextInput
              {...ids}
              mono
              value={draft.filter}
              onChange={(event) => setDraft({ ...draft, filter: event.target.value })}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                add();
              }}
            />
            <Button variant="primary" onClick={add}>
              Add rule
            </Button>
          </div>
        )}
      </Field>
    </Dialog>
  );
}
