// Where the id of a Message lies in its FlatBuffer (schemas/wprotocol.fbs: field 5). The benchmark patches it in place, so
// that what is measured is the relay and not the load.
const ID_FIELD = 5;

/**
 * @param {Buffer} frame a whole message that stores its id
 * @returns {number} the offset of the id
 */
export function idOffset(frame) {
  const table = frame.readUInt32LE(0);
  const vtable = table - frame.readInt32LE(table);
  return table + frame.readUInt16LE(vtable + 4 + 2 * ID_FIELD);
}
