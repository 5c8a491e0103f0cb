import { describe, expect, it } from 'vitest';
import { isSameInstance } from '../../dicom/duplicates.ts';

const NATIVE = '1.2.840.10008.1.2.1';
const IMPLICIT = '1.2.840.10008.1.2';
const LOSSLESS = '1.2.840.10008.1.2.4.70';
const RLE = '1.2.840.10008.1.2.5';
const digest = (all: string, withoutPixelData: string, encapsulated = false, lossy = false): { all: string; withoutPixelData: string; encapsulated: boolean; lossy: boolean } => ({ all, withoutPixelData, encapsulated, lossy });

describe('same instance', () => {
  it.each([
    ['equal elements in two native syntaxes', digest('a', 'x'), digest('a', 'x'), NATIVE, IMPLICIT, true],
    ['native against lossless, rest equal', digest('a', 'x'), digest('b', 'x', true), NATIVE, LOSSLESS, true],
    ['two lossless codings, rest equal', digest('a', 'x', true), digest('b', 'x', true), RLE, LOSSLESS, true],
    ['other pixels in the same syntax', digest('a', 'x', true), digest('b', 'x', true), LOSSLESS, LOSSLESS, false],
    ['other pixels in two native syntaxes', digest('a', 'x'), digest('b', 'x'), NATIVE, IMPLICIT, false],
    ['a lossy coding', digest('a', 'x'), digest('b', 'x', true, true), NATIVE, '1.2.840.10008.1.2.4.50', false],
    ['another coding with another header', digest('a', 'x'), digest('b', 'y', true), NATIVE, LOSSLESS, false],
  ] as const)('decides on %s', (_name, held, arrived, heldSyntax, arrivedSyntax, same) => {
    expect(isSameInstance(held, arrived, heldSyntax, arrivedSyntax)).toBe(same);
  });
});
