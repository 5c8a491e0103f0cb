import { describe, expect, it } from 'vitest';
import { encodeAnchor } from '../../../disc/image/udf-descriptors.ts';
import { compressedName, compressedNameBytes, udfCrc, writeDstring, writeTag, writeTimestamp } from '../../../disc/image/udf-encodings.ts';
import { udfRevision } from '../../../disc/tables/udf-revisions.ts';

describe('the tag of a UDF descriptor', () => {
  it('holds the CRC of XMODEM', () => { expect(udfCrc(Buffer.from('123456789'))).toBe(0x31c3); });

  it('is as known for a blank terminating descriptor', () => {
    const sector = Buffer.alloc(2048);
    writeTag(sector, 0, { id: 8, version: 3, location: 37, crcBytes: 496 });
    expect(sector.toString('hex', 0, 16)).toBe('08000300210000000000f00125000000');
  });

  it.each([['udf250', '02000300a6000000545bf00100010000'], ['bridge', '02000200ce00000001d7f00100010000']] as const)('is as known for the first anchor: %s', (kind, tag) => {
    expect(encodeAnchor(udfRevision(kind), 256).toString('hex', 0, 16)).toBe(tag);
  });
});

describe('a name in compressed Unicode', () => {
  it.each([
    ['IM000001', '08494d303030303031'], ['Ünïcödé ÿ', '08dc6eef63f664e920ff'], ['Ā', '100100'], ['検a', '10691c0061'], ['', '08'],
  ])('%s', (text, hex) => {
    expect(compressedName(text).toString('hex')).toBe(hex);
    expect(compressedNameBytes(text)).toBe(hex.length / 2);
  });

  it('ends with its length in a field, and an empty one is blank', () => {
    const field = Buffer.alloc(8);
    writeDstring(field, 0, 8, 'AB');
    expect(field.toString('hex')).toBe('0841420000000003');
    writeDstring(field.fill(0), 0, 8, '検');
    expect(field.toString('hex')).toBe('10691c0000000003');
    writeDstring(field.fill(0), 0, 8, '');
    expect(field.every((byte) => byte === 0)).toBe(true);
    expect(() => { writeDstring(field, 0, 8, 'ABCDEFG'); }).toThrow(/longer/);
  });
});

it('A UDF time says that it is UTC and goes down to the millisecond', () => {
  const field = Buffer.alloc(12);
  writeTimestamp(field, 0, new Date('2024-05-06T07:08:09.876Z'));
  expect(field.toString('hex')).toBe(`0010e8070506070809573c00`);
});
