import { useState } from 'react';
import { ShieldBan } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { FilterInput } from '../../ui/filter-input.tsx';
import { PageFrame, Spacer } from '../../ui/page.tsx';
import { AuditList } from './audit-list.tsx';
import { BlockForm } from './block-form.tsx';
import { BlockList } from './block-list.tsx';
import { useBlockActions } from './use-block-actions.ts';

const VIEWS = { blocks: 'Blocked', audit: 'Audit' } as const;
type View = keyof typeof VIEWS;

const isView = (name: string): name is View => name in VIEWS;

/** Who may not come in, and who changed what. */
export function AccessPage() {
  const [view, setView] = useState<View>('blocks');
  const [filter, setFilter] = useState('');
  const [blocking, setBlocking] = useState(false);
  const actions = useBlockActions();
  const startBlock = (): void => {
    actions.add.reset();
    setBlocking(true);
  };
  return (
    <PageFrame
      title="Access"
      tools={
        <>
          <Button variant="primary" icon={<ShieldBan size={14} aria-hidden />} onClick={startBlock}>
            Block…
          </Button>
          <div role="group" aria-label="What is shown">
            {Object.keys(VIEWS)
              .filter(isView)
              .map((name) => (
                <Button key={name} small variant="ghost" aria-pressed={name === view} onClick={() => setView(name)}>
                  {VIEWS[name]}
                </Button>
              ))}
          </div>
          <FilterInput
            label={view === 'blocks' ? 'Filter blocks' : 'Filter changes'}
            value={filter}
            onChange={setFilter}
          />
          <Spacer />
        </>
      }
    >
      {view === 'blocks' ? (
        <BlockList filter={filter} actions={actions} onBlock={startBlock} />
      ) : (
        <AuditList filter={filter} />
      )}
      {blocking ? <BlockForm actions={actions} onClose={() => setBlocking(false)} /> : null}
    </PageFrame>
  );
}
