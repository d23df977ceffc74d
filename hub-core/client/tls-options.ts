/** PEM text, or its bytes. */
export type Pem = string | Uint8Array;

/** Whom a client trusts over TLS, and how it shows who it is. Node only: a browser decides that by itself. */
export interface TlsOptions {
  /** Certificates of the authorities that are trusted, instead of those that Node knows. */
  readonly ca?: Pem | readonly Pem[] | undefined;
  /** The client's own certificate, and with it those between it and its authority. */
  readonly cert?: Pem | undefined;
  /** The key of that certificate. */
  readonly key?: Pem | undefined;
  /** Name that the hub's certificate must have, instead of the host in the url. */
  readonly serverName?: string | undefined;
  /** `false`: any certificate will do, so that anybody between here and the hub can read along. Default true. */
  readonly rejectUnauthorized?: boolean | undefined;
}
