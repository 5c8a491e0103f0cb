import { describe, expect, it } from 'vitest';
import { followDataSet } from '../../../disc/reader/data-set-walk.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';

const EXPLICIT = { isExplicit: true, isBigEndian: false };
const follow = (bytes: Buffer, encoding = EXPLICIT): string | undefined => followDataSet((offset, length) => bytes.subarray(offset, offset + length), 0, bytes.length, encoding);

describe('following a data set', () => {
  it('comes to the end of whole ones, in any native encoding and with undefined lengths', () => {
    for (const undefinedLengths of [false, true]) {
      for (const kind of ['ct', 'sr', 'pdf'] as const) {
        expect(follow(makeInstance({ kind, undefinedLengths }).dataSet)).toBeUndefined();
        expect(follow(makeInstance({ kind, undefinedLengths, transferSyntaxUid: UID.implicitLittleEndian }).dataSet, { isExplicit: false, isBigEndian: false })).toBeUndefined();
        expect(follow(makeInstance({ kind, undefinedLengths, transferSyntaxUid: UID.explicitBigEndian }).dataSet, { isExplicit: true, isBigEndian: true })).toBeUndefined();
      }
    }
  });

  it('finds every cut but those between two elements', () => {
    const { dataSet } = makeInstance({ kind: 'sr', undefinedLengths: true });
    const unnoticed = Array.from({ length: dataSet.length - 1 }, (_, n) => n + 1).filter((length) => follow(dataSet.subarray(0, length)) === undefined);
    // One for each element of the top level, whose end is where the next begins.
    expect(unnoticed.length).toBeLessThan(40);
  });

  it('finds an element longer than its file and a delimiter where none can be', () => {
    const { dataSet } = makeInstance({});
    const long = Buffer.from(dataSet);
    long.writeUInt16LE(0xfff0, 6);
    expect(follow(long)).toMatch(/is longer than its file/);
    const delimiter = Buffer.alloc(8);
    delimiter.writeUInt16LE(TAG.SequenceDelimitationItem >>> 16, 0);
    delimiter.writeUInt16LE(TAG.SequenceDelimitationItem & 0xffff, 2);
    expect(follow(Buffer.concat([dataSet, delimiter]))).toMatch(/unexpected delimiter/);
  });

  it('ends on sequences nested without end', () => {
    const level = Buffer.alloc(20);
    level.writeUInt16LE(0x0040, 0); level.writeUInt16LE(0xa730, 2); level.write('SQ', 4); level.writeUInt32LE(0xffffffff, 8);
    level.writeUInt16LE(0xfffe, 12); level.writeUInt16LE(0xe000, 14); level.writeUInt32LE(0xffffffff, 16);
    expect(follow(Buffer.concat(Array.from({ length: 5000 }, () => level)))).toMatch(/nested too deeply/);
  });
});
