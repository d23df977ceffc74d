import { ORPCError } from '@orpc/server';
import { CaptureImportError, CaptureReadOnlyError, ColumnError } from '../../capture/capture-errors.ts';
import { HubError } from '../../common/errors/hub-error.ts';
import { QuerySyntaxError } from '../../common/query/query-syntax-error.ts';

/**
 * What the console is told of an error: those written for its reader keep their text, everything else becomes oRPC's fixed
 * "Internal server error".
 */
export function toConsoleError(error: unknown): unknown {
  if (error instanceof HubError) {
    const code = error.errorName.replace(/_ERR$/, '');
    return new ORPCError(code, { status: error.status, message: error.message, cause: error });
  }
  if (error instanceof QuerySyntaxError) {
    const { message, column, suggestion } = error;
    return new ORPCError('BAD_REQUEST', { message, data: { column, suggestion }, cause: error });
  }
  if (error instanceof ColumnError) {
    const { message, field = null } = error;
    return new ORPCError('BAD_REQUEST', { message, data: { field }, cause: error });
  }
  if (error instanceof CaptureImportError)
    return new ORPCError('BAD_REQUEST', { message: error.message, cause: error });
  if (error instanceof CaptureReadOnlyError) return new ORPCError('CONFLICT', { message: error.message, cause: error });
  return error;
}
