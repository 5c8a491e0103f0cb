/** Follows a data set to the end of its file without reading its values: finds files that are cut or damaged inside. @source PS3.5 7.1, 7.5, A.4 */
import { TAG } from '../../dicom/tables/tags.ts';
import { headAt } from './element-reader.ts';
import type { Encoding } from './element-reader.ts';

const UNDEFINED = 0xffffffff;
const WINDOW = 16 << 10;
const HEAD_BYTES = 12;
/** More elements than any instance has; garbage of four bytes each ends here. */
const MAX_ELEMENTS = 4_000_000;
const MAX_DEPTH = 64;
const IMPLICIT: Encoding = { isExplicit: false, isBigEndian: false };

/** What a sequence or item in which the walk stands ends with. */
interface Level { readonly kind: 'sequence' | 'item'; readonly encoding: Encoding }

/**
 * Answers what is wrong, or undefined when the data set ends exactly where its file ends.
 * @param read reads a part of the file
 */
export const followDataSet = (read: (offset: number, length: number) => Buffer, from: number, size: number, encoding: Encoding): string | undefined => {
  let window: Buffer = Buffer.alloc(0), windowAt = 0;
  const at = (offset: number): Buffer => {
    if (offset < windowAt || offset + HEAD_BYTES > windowAt + window.length) { windowAt = offset; window = read(offset, WINDOW); }
    return window.subarray(offset - windowAt, offset - windowAt + HEAD_BYTES);
  };
  const levels: Level[] = [];
  let position = from;
  for (let elements = 0; position < size; elements++) {
    if (elements > MAX_ELEMENTS) return 'more elements than any instance has';
    const level = levels.at(-1);
    const form = level?.encoding ?? encoding;
    const head = headAt(at(position), 0, form);
    if (!head) return `is cut within an element at byte ${position}`;
    const valueAt = position + head.valueAt;
    const isDelimiter = head.tag === TAG.SequenceDelimitationItem || head.tag === TAG.ItemDelimitationItem;
    if (isDelimiter) {
      if ((head.tag === TAG.SequenceDelimitationItem) !== (level?.kind === 'sequence')) return `an unexpected delimiter at byte ${position}`;
      levels.pop();
      position = valueAt;
      continue;
    }
    if (level?.kind === 'sequence' && head.tag !== TAG.Item) return `no item where one must be, at byte ${position}`;
    if (level?.kind !== 'sequence' && head.tag === TAG.Item) return `an item where none can be, at byte ${position}`;
    if (head.length !== UNDEFINED) {
      if (valueAt + head.length > size) return `an element at byte ${position} is longer than its file`;
      position = valueAt + head.length;
      continue;
    }
    if (levels.length >= MAX_DEPTH) return `nested too deeply at byte ${position}`;
    levels.push({ kind: head.tag === TAG.Item ? 'item' : 'sequence', encoding: head.vr === 'UN' ? IMPLICIT : form });
    position = valueAt;
  }
  return levels.length > 0 || position !== size ? 'ends within a sequence' : undefined;
};
