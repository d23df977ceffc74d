import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { clientFormSchema } from './grants.ts';
import type { ClientFormFields, ClientFormValues } from './grants.ts';
import styles from './clients.module.css';

interface ClientFormProps {
  readonly title: string;
  readonly submit: string;
  readonly initial: ClientFormFields;
  /** Given when the client exists already: its id stays, its grants change. */
  readonly fixedId?: boolean;
  readonly busy: boolean;
  /** What the hub refused, shown at the id. */
  readonly refusal: string | undefined;
  readonly onSubmit: (values: ClientFormValues) => void;
  readonly onClose: () => void;
}

/** Who it is and what it may do. */
export function ClientForm({
  title,
  submit,
  initial,
  fixedId = false,
  busy,
  refusal,
  onSubmit,
  onClose,
}: ClientFormProps) {
  const { register, handleSubmit, formState } = useForm<ClientFormFields, unknown, ClientFormValues>({
    defaultValues: initial,
    resolver: zodResolver(clientFormSchema),
  });
  const { errors } = formState;
  const grantError = (field: 'mayCall' | 'mayProvide'): string | undefined => {
    const error = errors[field];
    if (error === undefined) return undefined;
    return error.message ?? 'A grant is a service id, in which * stands for any run of characters';
  };
  return (
    <Dialog open onClose={onClose} title={title}>
      <form className={styles['form']} onSubmit={(event) => void handleSubmit(onSubmit)(event)} noValidate>
        <Field
          label="Client id"
          hint="Letters, digits, dots, dashes, underscores"
          error={errors.client?.message ?? refusal}
        >
          {(ids) => (
            <TextInput
              {...ids}
              mono
              autoFocus={!fixedId}
              readOnly={fixedId}
              placeholder="my-app"
              {...register('client')}
            />
          )}
        </Field>
        <Field label="May call" hint="Service ids, * for any; separate several by spaces" error={grantError('mayCall')}>
          {(ids) => <TextInput {...ids} mono placeholder="nothing" {...register('mayCall')} />}
        </Field>
        <Field label="May provide" hint="Service ids that it may register" error={grantError('mayProvide')}>
          {(ids) => <TextInput {...ids} mono placeholder="nothing" {...register('mayProvide')} />}
        </Field>
        <div className={styles['formActions']}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={busy}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
