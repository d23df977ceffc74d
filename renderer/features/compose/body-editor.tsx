import { changeDraft, currentDraft, replaceBody, useDraft } from '../../state/draft.ts';
import type { BodyForm } from '../../state/draft.ts';
import { Button } from '../../ui/button.tsx';
import { decodeText } from '../../ui/bytes.ts';
import { CodeEditor } from '../../ui/code-view.tsx';
import { bytesToHex, hexToBytes } from '../../ui/hex.ts';
import { prettyJson } from '../../ui/body/print-json.ts';
import { toast } from '../../ui/toasts.ts';
import { Spacer } from '../../ui/page.tsx';
import styles from './compose.module.css';

const FORMS: readonly (readonly [BodyForm, string, string])[] = [
  ['json', 'JSON', '{ "a": 1 }'],
  ['text', 'Text', 'text in UTF-8'],
  ['hex', 'Hex', '48 65 6c 6c 6f'],
];

/** The same bytes in another form; undefined when that form cannot show them. */
function convert(body: string, from: BodyForm, to: BodyForm): string | undefined {
  if (to === 'hex') return from === 'hex' ? body : bytesToHex(new TextEncoder().encode(body));
  if (from !== 'hex') return body;
  const bytes = hexToBytes(body);
  return bytes === undefined ? undefined : decodeText(bytes);
}

/** The body in the form that is chosen; what it shows is what is sent. */
export function BodyEditor() {
  const form = useDraft((state) => state.draft.form);
  const generation = useDraft((state) => state.generation);

  const choose = (next: BodyForm): void => {
    const { body } = currentDraft();
    const converted = convert(body, form, next);
    if (converted === undefined)
      toast({ title: 'These bytes are no text', description: 'They stay as hex', tone: 'error' });
    else replaceBody({ form: next, body: converted });
  };
  const format = (): void => {
    const pretty = prettyJson(currentDraft().body);
    if (pretty === undefined) toast({ title: 'The body is not JSON', tone: 'error' });
    else replaceBody({ body: pretty });
  };
  return (
    <section className={styles['bodyArea']} aria-label="Body">
      <div className={styles['bodyTitle']}>
        Body
        <div role="group" aria-label="Form of the body">
          {FORMS.map(([id, name]) => (
            <Button key={id} small variant="ghost" aria-pressed={id === form} onClick={() => choose(id)}>
              {name}
            </Button>
          ))}
        </div>
        <Spacer />
        {form === 'json' ? (
          <Button small variant="ghost" onClick={format}>
            Format
          </Button>
        ) : null}
      </div>
      <div className={styles['editor']}>
        <CodeEditor
          key={`${generation} ${form}`}
          label="Request body"
          initial={currentDraft().body}
          language={form === 'json' ? 'json' : 'text'}
          hint={FORMS.find(([id]) => id === form)?.[2] ?? ''}
          onChange={(body) => changeDraft({ body })}
        />
      </div>
    </section>
  );
}
