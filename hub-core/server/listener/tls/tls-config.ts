export interface TlsConfig {
  /** PEM file of the hub's certificate and of those between it and its authority; empty = no TLS. */
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM file of the authorities whose client certificates count; empty = none do. */
  readonly caFile: string;
  readonly clientCertificates: 'off' | 'optional' | 'required';
  /** Who may come without TLS while there is a certificate. */
  readonly plain: 'allow' | 'loopback' | 'refuse';
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}
