/** Records of patients and series that take keys of the profile from whichever instance below them has them first. */
import type { DataSet } from '../../dicom/data-set/data-set.ts';
import type { DirectoryKey, DirectoryRecordRow } from '../tables/directory-records.ts';
import type { DirectoryNode } from './encode-directory.ts';
import { laterValue } from './record-keys.ts';
import type { RecordKeys } from './record-keys.ts';

/** A record that several instances stand below, and the keys of its profile that none of them had so far. */
export interface ParentNode extends DirectoryNode {
  keys: Uint8Array;
  parts: RecordKeys['parts'];
  open: readonly DirectoryKey[];
}

const joined = (parts: RecordKeys['parts']): Buffer => Buffer.concat(parts.map(({ bytes }) => bytes));

/** The record made from the first instance below it. */
export const startParent = (record: DirectoryRecordRow, parts: RecordKeys['parts']): ParentNode => ({
  recordType: record.record, keys: joined(parts), children: [], parts,
  open: record.keys.filter(({ ofProfile, type, tag }) => ofProfile && type === '1C' && !parts.some((part) => part.tag === tag)),
});

/** Adds what an instance has for the open keys of a record above it. @source PS3.11 Table H.3-2: present in any object below */
export const completeParent = (node: ParentNode, head: DataSet): void => {
  for (const key of node.open) {
    const bytes = laterValue(key, head);
    if (!bytes) continue;
    node.parts = [...node.parts, { tag: key.tag, bytes }].sort((a, b) => a.tag - b.tag);
    node.open = node.open.filter((one) => one !== key);
    node.keys = joined(node.parts);
  }
};
