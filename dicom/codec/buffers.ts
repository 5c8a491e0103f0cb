/** Buffers of frames: who may hand them on, and how their memory comes back at once. */

/** A view of all of its buffer; not of one that was handed on, which has no bytes left. */
const isWhole = (bytes: Uint8Array): boolean => bytes.byteLength > 0 && bytes.byteLength === bytes.buffer.byteLength;

/** A buffer that may change hands; a view of part of a buffer is copied. */
export const owned = (bytes: Uint8Array): Uint8Array => (isWhole(bytes) ? bytes : bytes.slice());

/**
 * Gives the memory of a buffer back that nobody uses any more; a view of part of a buffer stays as it is.
 * Left to the garbage collector, frames bring about a full collection every few of them, which costs more than fast codecs do.
 */
export const release = (bytes: Uint8Array): void => {
  if (isWhole(bytes) && bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
};
