/** Something a person watching the hub would want to know, kept in a bounded list. */
export interface HubEvent {
  /** Wall ms. */
  readonly atMs: number;
  readonly kind:
    | 'connected'
    | 'disconnected'
    | 'auth-failed'
    | 'provider-registered'
    | 'provider-lost'
    | 'provider-ejected'
    | 'provider-admitted'
    | 'client-registered'
    | 'client-revoked'
    | 'hub';
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  readonly connection?: string;
  readonly client?: string;
  readonly service?: string;
}
