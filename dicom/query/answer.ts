/** A match → the identifier of one response, in the transfer syntax and character set of the association. */
import type { CatalogMatch } from '../../catalog/books/query-book.ts';
import { encoderFor } from '../data-set/text-encoder.ts';
import type { TextEncode } from '../data-set/text-encoder.ts';
import { CHARACTER_SETS } from '../tables/character-sets.ts';
import type { CharacterSetRow } from '../tables/character-sets.ts';
import { TAG } from '../tables/tags.ts';
import { transferSyntaxByUid } from '../tables/transfer-syntaxes.ts';
import type { FindRequest } from './identifier.ts';

interface Value { readonly tag: number; readonly vr: string; readonly text: string }
interface Encoded { readonly tag: number; readonly vr: string; readonly bytes: Buffer }

interface Candidate { readonly terms: readonly string[]; readonly encode: TextEncode }

/**
 * Character sets to try, best first: the one of the request, then Latin 1, then any other single-byte one, then UTF-8, which can say everything.
 * The Standard lets the provider answer in another set than the one asked for. @source PS3.4 C.2.2.2, C.4.1.1.3.2; the order is ours
 */
const candidates = (asked: readonly string[]): readonly Candidate[] => {
  const others = CHARACTER_SETS.filter((row: CharacterSetRow) => row.rule === 'single-byte' && row.term !== null && row.term !== 'ISO_IR 6' && row.term !== 'ISO_IR 13').map((row) => row.term ?? '');
  const inOrder = [asked, ['ISO_IR 100'], ...others.map((term) => [term]), ['ISO_IR 192']];
  return inOrder.flatMap((terms) => {
    const encode = encoderFor(terms);
    return encode === undefined ? [] : [{ terms, encode }];
  });
};

const isPadded = (vr: string): number => (vr === 'UI' ? 0 : 0x20);

const numberBytes = (text: string, bigEndian: boolean): Buffer => {
  const bytes = Buffer.alloc(text === '' ? 0 : 2);
  if (text !== '' && bigEndian) bytes.writeUInt16BE(Number(text) & 0xffff);
  else if (text !== '') bytes.writeUInt16LE(Number(text) & 0xffff);
  return bytes;
};

/** All VRs of the keys have short headers. @source PS3.5 7.1.2, 7.1.3 */
const writeAll = (elements: readonly Encoded[], explicit: boolean, bigEndian: boolean): Buffer => {
  const out = Buffer.allocUnsafe(elements.reduce((sum, { bytes }) => sum + 8 + bytes.length + (bytes.length & 1), 0));
  const word = (value: number, at: number): void => { if (bigEndian) out.writeUInt16BE(value, at); else out.writeUInt16LE(value, at); };
  let at = 0;
  for (const { tag, vr, bytes } of elements) {
    const length = bytes.length + (bytes.length & 1);
    word(tag >>> 16, at);
    word(tag & 0xffff, at + 2);
    if (explicit) {
      out.write(vr, at + 4, 2, 'latin1');
      word(length, at + 6);
    } else out.writeUInt32LE(length, at + 4);
    bytes.copy(out, at + 8);
    if (bytes.length < length) out[at + 8 + bytes.length] = isPadded(vr);
    at += 8 + length;
  }
  return out;
};

/** Encodes every value, or says that the set cannot. */
const encodeAll = (values: readonly Value[], encode: TextEncode, bigEndian: boolean): Encoded[] | undefined => {
  const encoded: Encoded[] = [];
  for (const { tag, vr, text } of values) {
    const bytes = vr === 'US' ? numberBytes(text, bigEndian) : encode(text, vr);
    if (bytes === undefined) return undefined;
    encoded.push({ tag, vr, bytes });
  }
  return encoded;
};

/** Where the entity is to be had: from us, or from a disc. @source PS3.4 C.4.1.1.3.2 */
const whereabouts = (request: FindRequest, match: CatalogMatch, aeTitle: string): readonly Value[] => {
  const isOnDiscOnly = match.availability === 'OFFLINE' && match.fileSet !== undefined;
  return [
    { tag: TAG.QueryRetrieveLevel, vr: 'CS', text: request.query.level },
    ...(!isOnDiscOnly || request.asked.has(TAG.RetrieveAETitle) ? [{ tag: TAG.RetrieveAETitle, vr: 'AE', text: isOnDiscOnly ? '' : aeTitle }] : []),
    { tag: TAG.InstanceAvailability, vr: 'CS', text: match.availability },
    ...(match.fileSet === undefined ? [] : [{ tag: TAG.StorageMediaFileSetID, vr: 'SH', text: match.fileSet.id }, { tag: TAG.StorageMediaFileSetUID, vr: 'UI', text: match.fileSet.uid }]),
  ];
};

/**
 * Makes the encoder of the answers to one request.
 * A character that CS, UI and their like cannot hold goes with UTF-8 as it is: it was in the instance.
 * @source PS3.4 C.4.1.1.3.2, C.4.1.3.1.1
 */
export const answersTo = (request: FindRequest, transferSyntaxUid: string, aeTitle: string): ((match: CatalogMatch) => Buffer) => {
  const row = transferSyntaxByUid.get(transferSyntaxUid);
  const [explicit, bigEndian] = [row?.explicit ?? false, row?.bigEndian ?? false];
  const sets = candidates(request.characterSet);
  const lastResort: Candidate = { terms: ['ISO_IR 192'], encode: (text) => Buffer.from(text, 'utf8') };
  return (match) => {
    const values = [...whereabouts(request, match, aeTitle), ...request.answered.map(({ tag, vr, field }): Value => ({ tag, vr, text: match.values[field] ?? '' }))];
    for (const { terms, encode } of [...sets, lastResort]) {
      const encoded = encodeAll(values, encode, bigEndian);
      if (encoded === undefined) continue;
      if (terms.length > 0) encoded.push({ tag: TAG.SpecificCharacterSet, vr: 'CS', bytes: Buffer.from(terms.join('\\'), 'latin1') });
      return writeAll(encoded.sort((a, b) => a.tag - b.tag), explicit, bigEndian);
    }
    throw new TypeError('UTF-8 encodes everything');
  };
};
