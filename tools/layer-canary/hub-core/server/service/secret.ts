export interface Secret {
  readonly text: string;
}

export const secret: Secret = { text: 'canary' };
