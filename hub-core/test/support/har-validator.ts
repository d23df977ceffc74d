import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import draft6 from 'ajv/lib/refs/json-schema-draft-06.json' with { type: 'json' };
import harSchemas from 'har-schema';

/** The public JSON Schemas of HTTP Archive 1.2. @see https://www.npmjs.com/package/har-schema */
export function harValidator(): ValidateFunction {
  const ajv = addFormats(new Ajv({ strict: false }));
  ajv.addMetaSchema(draft6);
  for (const schema of Object.values(harSchemas)) ajv.addSchema(schema);
  const validate = ajv.getSchema('har.json#');
  if (validate === undefined) throw new Error('There is no schema of the archive');
  return validate;
}
