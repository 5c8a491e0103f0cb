/** Elements that a conversion adds or replaces. Little endian. */
import type { Element } from '../data-set/data-set.ts';

/** An element of given bytes. */
export const madeElement = (tag: number, vr: string, value: Buffer): Element => ({ tag, vr, value, valueOffset: 0, length: value.length, bigEndian: false });
export const textElement = (tag: number, vr: string, value: string): Element => madeElement(tag, vr, Buffer.from(value.length % 2 === 1 ? `${value} ` : value, 'latin1'));
export const uintElement = (tag: number, value: number): Element => madeElement(tag, 'US', Buffer.from(Uint16Array.of(value).buffer));
