/** Header name in lower case, and its value. A tuple, so that thousands of them clone cheaply between threads. */
export type HeaderPair = readonly [name: string, value: string];
