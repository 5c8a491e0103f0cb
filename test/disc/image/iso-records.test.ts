import { describe, expect, it } from 'vitest';
import { buildImageTree } from '../../../disc/image/image-tree.ts';
import { layHierarchyOut, type HierarchyKind } from '../../../disc/image/iso-hierarchy.ts';
import { encodeDirectory, encodePathTable } from '../../../disc/image/iso-records.ts';
import { CREATED_AT, inMemory } from './volumes.ts';

const layOut = (kind: HierarchyKind, ...paths: string[]) => layHierarchyOut(kind, buildImageTree(paths.map((path) => inMemory(path, 9)), 9), 19);

const recordsOf = (kind: HierarchyKind, paths: readonly string[]) => {
  const hierarchy = layOut(kind, ...paths);
  const root = hierarchy.directories[0];
  if (root === undefined) throw new TypeError('no root');
  return encodeDirectory(root, { hierarchy, fileSectors: paths.map((_, index) => 1000 + index), recordedAt: CREATED_AT });
};

/** Identifiers with their offsets, read by walking the lengths. */
const walk = (extent: Buffer): { at: number; length: number; identifier: string }[] => {
  const found = [];
  for (let at = 0; at < extent.length;) {
    const length = extent[at] ?? 0;
    if (length === 0) at = (Math.floor(at / 2048) + 1) * 2048;
    else {
      found.push({ at, length, identifier: extent.toString('latin1', at + 33, at + 33 + (extent[at + 32] ?? 0)) });
      at += length;
    }
  }
  return found;
};

describe('a directory', () => {
  it('starts with itself and its parent and describes a file to the byte', () => {
    const extent = recordsOf('primary', ['DICOMDIR']);
    expect(extent.length).toBe(2048);
    // 34 bytes each for self and parent, both the root in sector 21: two path tables of one sector come first.
    const root = '2200' + '1500000000000015' + '0008000000000800' + '7c050607080900' + '02' + '0000' + '01000001' + '01';
    expect(extent.toString('hex', 0, 34)).toBe(`${root}00`);
    expect(extent.toString('hex', 34, 68)).toBe(`${root}01`);
    expect(extent.toString('hex', 68, 68 + 44)).toBe(
      '2c00' + 'e8030000000003e8' + '0900000000000009' + '7c050607080900' + '00' + '0000' + '01000001' + '0b' +
      Buffer.from('DICOMDIR.;1').toString('hex'));
    expect(extent.subarray(112).every((byte) => byte === 0)).toBe(true);
  });

  it('never lets a record cross a sector', () => {
    const paths = Array.from({ length: 1000 }, (_, index) => `DICOM/IM${String(index).padStart(6, '0')}`);
    for (const kind of ['primary', 'joliet'] as const) {
      const hierarchy = layOut(kind, ...paths);
      const directory = hierarchy.directories[1];
      if (directory === undefined) throw new TypeError('no directory');
      const records = walk(encodeDirectory(directory, { hierarchy, fileSectors: paths.map(() => 1), recordedAt: CREATED_AT }));
      expect(records).toHaveLength(1002);
      expect(records.filter(({ at, length }) => Math.floor(at / 2048) !== Math.floor((at + length - 1) / 2048))).toEqual([]);
      expect(directory.bytes % 2048).toBe(0);
    }
  });

  it('sorts primary names as padded with spaces, name before extension', () => {
    const names = walk(recordsOf('primary', ['AB', 'A.Z', 'A_', 'A1', 'A', 'A.B', 'B/X'])).slice(2).map(({ identifier }) => identifier);
    expect(names).toEqual(['A.;1', 'A.B;1', 'A.Z;1', 'A1.;1', 'AB.;1', 'A_.;1', 'B']);
  });

  it('sorts Joliet names by their UCS-2 units', () => {
    const names = walk(recordsOf('joliet', ['b', 'IM10', 'IM1', 'ä', '検', 'Z']))
      .slice(2).map(({ identifier }) => Buffer.from(identifier, 'latin1').swap16().toString('utf16le'));
    expect(names).toEqual(['IM1;1', 'IM10;1', 'Z;1', 'b;1', 'ä;1', '検;1']);
  });
});

describe('a path table', () => {
  it('lists directories by level, parent and name, in both byte orders', () => {
    const hierarchy = layOut('primary', 'B/Y/F', 'A/Z/F', 'A/X/F');
    const first = hierarchy.directories[0]?.sector ?? 0;
    expect(first).toBe(21);
    const record = (order: 'L' | 'M', name: string, sector: number, parent: number): string => {
      const numbers = Buffer.alloc(6);
      if (order === 'L') { numbers.writeUInt32LE(sector, 0); numbers.writeUInt16LE(parent, 4); }
      else { numbers.writeUInt32BE(sector, 0); numbers.writeUInt16BE(parent, 4); }
      return `0100${numbers.toString('hex')}${Buffer.from(name, 'latin1').toString('hex')}00`;
    };
    for (const order of ['L', 'M'] as const) {
      expect(encodePathTable(hierarchy, order).toString('hex')).toBe(
        record(order, '\0', 21, 1) + record(order, 'A', 22, 1) + record(order, 'B', 23, 1) +
        record(order, 'X', 24, 2) + record(order, 'Z', 25, 2) + record(order, 'Y', 26, 3));
    }
    expect(hierarchy.pathTableBytes).toBe(60);
  });
});
