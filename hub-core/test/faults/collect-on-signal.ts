/** Loaded into the hub's process by `--import`: collects all garbage when told to, so that memory is compared, not its waste. */
process.on('SIGUSR2', () => globalThis.gc?.());
