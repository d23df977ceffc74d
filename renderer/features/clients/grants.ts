import { z } from 'zod';
import { registerClientInput } from '../../../hub-core/console/contract/hub-contract.ts';

/** Grants as a person types them: separated by spaces or commas. */
export const parseGrants = (text: string): string[] => text.split(/[\s,]+/).filter((grant) => grant !== '');

const grantsField = (shape: typeof registerClientInput.shape.mayCall) => z.string().transform(parseGrants).pipe(shape);

/** The register form: the contract's own rules, over text fields. */
export const clientFormSchema = z.strictObject({
  client: registerClientInput.shape.client,
  mayCall: grantsField(registerClientInput.shape.mayCall),
  mayProvide: grantsField(registerClientInput.shape.mayProvide),
});

export type ClientFormFields = z.input<typeof clientFormSchema>;
export type ClientFormValues = z.output<typeof clientFormSchema>;
