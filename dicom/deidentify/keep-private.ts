/** Which private elements of one level stay under the Retain Safe Private option, and with which VR. */
import { trimPadding } from '../data-set/data-set.ts';
import type { DataSet } from '../data-set/data-set.ts';
import { UNDEFINED_LENGTH } from '../data-set/element-header.ts';
import { safePrivate } from '../tables/safe-private.ts';

/** Tag of the element that reserves the block of a private element. @source PS3.5 7.8.1 */
const creatorTag = (tag: number): number => ((tag & 0xffff0000) >>> 0) + ((tag >>> 8) & 0xff);

/** Tags that stay, with their VR: safe elements, and the creators of their blocks. @source PS3.15 E.3.10 */
export const privateToKeep = (dataSet: DataSet): ReadonlyMap<number, string> => {
  const kept = new Map<number, string>();
  for (const element of dataSet.elements.values()) {
    const { tag } = element;
    if (((tag >>> 16) & 1) === 0 || (tag & 0xffff) < 0x1000 || element.items !== undefined || element.length === UNDEFINED_LENGTH) continue;
    const creator = dataSet.elements.get(creatorTag(tag));
    const row = creator === undefined ? undefined : safePrivate(tag, trimPadding(creator.value.toString('latin1')));
    if (row === undefined) continue;
    kept.set(tag, row.vr);
    kept.set(creatorTag(tag), 'LO');
  }
  return kept;
};
