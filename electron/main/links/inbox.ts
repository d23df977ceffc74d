/** Links and files that the system hands over. On macOS they come as events, perhaps before there is anything to open them in. */
export class Inbox {
  readonly #waiting: string[];
  #open: ((thing: string) => void) | undefined;

  constructor(first: readonly string[]) {
    this.#waiting = [...first];
  }

  put(thing: string): void {
    if (this.#open === undefined) this.#waiting.push(thing);
    else this.#open(thing);
  }

  /** From here on everything goes to `open`, what waited first. */
  deliver(open: (thing: string) => void): void {
    this.#open = open;
    for (const thing of this.#waiting.splice(0)) open(thing);
  }
}
