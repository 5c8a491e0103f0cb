/** Distinguished Encoding Rules, as far as CMS needs them: lengths known ahead, so that content can stream between head and tail. @source X.690 8, 10 */

const TAGS = { integer: 0x02, octetString: 0x04, null: 0x05, oid: 0x06, sequence: 0x30, set: 0x31 } as const;
export type DerTag = keyof typeof TAGS;

/** Octets of a length. */
const lengthOf = (length: number): Buffer => {
  if (length < 0x80) return Buffer.of(length);
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  return Buffer.of(0x80 | octets.length, ...octets);
};

/** Identifier and length octets for content of `length` bytes that follow. @param tag by name, or the identifier octet of a context tag */
export const derHead = (tag: DerTag | number, length: number): Buffer =>
  Buffer.concat([Buffer.of(typeof tag === 'number' ? tag : TAGS[tag]), lengthOf(length)]);

/** A whole value. */
export const der = (tag: DerTag | number, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([derHead(tag, body.length), body]);
};

/** A small number that is not negative. */
export const derInteger = (value: number): Buffer => der('integer', Buffer.of(value));

/** An object identifier. */
export const derOid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left % 128) | 0x80);
    return groups;
  });
  return der('oid', Buffer.from(octets));
};

/** Identifier octet of a constructed, or primitive, context tag. */
export const contextTag = (number: number, isConstructed = true): number => 0x80 | (isConstructed ? 0x20 : 0) | number;
