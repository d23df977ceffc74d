import type { Role } from './relay.ts';

/** True for who administers the hub: managers, and the hub's owner. */
export function isManager({ role }: { readonly role: Role }): boolean {
  return role === 'manager' || role === 'root';
}
