import { describe, expect, it } from 'vitest';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { readElements } from '../../dicom/data-set/read-elements.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { imageBreach } from '../../disc/profile-images.ts';
import { profileById } from '../../disc/tables/application-profiles.ts';
import { makeInstance } from '../fixtures/make-instance.ts';
import type { MadeElement } from '../fixtures/make-instance.ts';

const us = (tag: number, value: number): MadeElement => ({ tag, vr: 'US', value });
const cs = (tag: number, value: string): MadeElement => ({ tag, vr: 'CS', value });
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
const RLE = '1.2.840.10008.1.2.5';
const tail = (of: string): string => `1.2.840.10008.5.1.4.1.1.${of}`;
const regions = (items: readonly (readonly MadeElement[])[]): MadeElement => ({ tag: TAG.SequenceOfUltrasoundRegions, vr: 'SQ', value: items });

const breach = (profile: string, of: string, elements: readonly MadeElement[] = [], transferSyntaxUid: string = UID.explicitLittleEndian): string | undefined => {
  const made = makeInstance({ elements });
  const instance = { attributes: { sopClassUid: tail(of) }, file: { transferSyntaxUid } } as VolumeInstance;
  return imageBreach(profileById(profile)!, readElements(made.dataSet, UID.explicitLittleEndian, { untilTag: TAG.PixelData }), instance);
};

const bits = (allocated: number, stored: number, high = stored - 1): readonly MadeElement[] => [us(TAG.BitsAllocated, allocated), us(TAG.BitsStored, stored), us(TAG.HighBit, high)];
const XA = cs(TAG.Modality, 'XA');
const palette = cs(TAG.PhotometricInterpretation, 'PALETTE COLOR');

describe('what profiles ask of images', () => {
  it.each([
    ['a profile without limits takes anything', 'STD-GEN-CD', '2', [us(TAG.Rows, 9000)], undefined, undefined],
    ['512 rows', 'STD-XABC-CD', '12.1', [XA, us(TAG.Rows, 512), ...bits(8, 8)], undefined, undefined],
    ['513 rows', 'STD-XABC-CD', '12.1', [XA, us(TAG.Rows, 513), ...bits(8, 8)], undefined, 'takes at most 512 rows'],
    ['513 columns', 'STD-XABC-CD', '12.1', [XA, us(TAG.Columns, 513), ...bits(8, 8)], undefined, 'takes at most 512 columns'],
    ['sixteen bits for basic cardiac', 'STD-XABC-CD', '12.1', [XA, ...bits(16, 8)], undefined, 'takes 8 bits allocated only'],
    ['ten bits', 'STD-XA1K-CD', '12.1', [XA, ...bits(16, 10)], undefined, undefined],
    ['eleven bits', 'STD-XA1K-CD', '12.1', [XA, ...bits(16, 11)], undefined, 'takes 8, 10, 12 bits stored only'],
    ['a capture beside angiograms', 'STD-XA1K-CD', '7', bits(8, 8), undefined, undefined],
    ['an overlay in it', 'STD-XA1K-CD', '7', [...bits(8, 8), us(0x60000010, 8)], undefined, 'takes no overlays in such images'],
    ['a signed one', 'STD-XA1K-CD', '7', [...bits(8, 8), us(TAG.PixelRepresentation, 1)], undefined, 'takes unsigned pixels only'],
    ['a CT of its modality', 'STD-CTMR-CD', '2', [], undefined, undefined],
    ['a CT of another modality', 'STD-CTMR-CD', '2', [cs(TAG.Modality, 'PT')], undefined, 'takes such images of modality CT only'],
    ['an inverse CT', 'STD-CTMR-CD', '2', [cs(TAG.PhotometricInterpretation, 'MONOCHROME1')], undefined, 'does not take the photometric interpretation MONOCHROME1'],
    ['an MR of 12 bits', 'STD-CTMR-CD', '4', [cs(TAG.Modality, 'MR'), ...bits(16, 12)], undefined, undefined],
    ['an MR of 10 bits', 'STD-CTMR-CD', '4', [cs(TAG.Modality, 'MR'), ...bits(16, 10)], undefined, 'takes 8, 12, 13, 14, 15, 16 bits stored only'],
    ['an MR whose high bit is elsewhere', 'STD-CTMR-CD', '4', [cs(TAG.Modality, 'MR'), ...bits(16, 12, 15)], undefined, 'takes images with the high bit below bits stored only'],
    ['a capture with a palette', 'STD-CTMR-CD', '7', [palette, ...bits(8, 8)], undefined, undefined],
    ['a capture with a palette of 16 bits', 'STD-CTMR-CD', '7', [palette, ...bits(16, 16)], undefined, 'does not take the photometric interpretation PALETTE COLOR'],
    ['a capture in colour', 'STD-CTMR-CD', '7', [us(TAG.SamplesPerPixel, 3)], undefined, 'takes one sample per pixel only'],
    ['a capture with free bits', 'STD-CTMR-CD', '7', bits(16, 12), undefined, 'takes images with as many bits stored as allocated only'],
    ['a dose report among CTs', 'STD-CTMR-CD', '88.67', [], undefined, undefined],
    ['grey ultrasound in RLE', 'STD-US-ID-SF-CDR', '6.1', [], RLE, undefined],
    ['grey ultrasound in JPEG', 'STD-US-ID-SF-CDR', '6.1', [], JPEG_BASELINE, 'does not allow MONOCHROME2 in JPEG Baseline (Process 1)'],
    ['luminance and shared chrominance in JPEG', 'STD-US-ID-SF-CDR', '6.1', [cs(TAG.PhotometricInterpretation, 'YBR_FULL_422')], JPEG_BASELINE, undefined],
    ['luminance and chrominance uncompressed', 'STD-US-ID-SF-CDR', '6.1', [cs(TAG.PhotometricInterpretation, 'YBR_FULL')], undefined, 'does not allow YBR_FULL in Explicit VR Little Endian'],
    ['no photometric interpretation', 'STD-US-ID-SF-CDR', '6.1', [cs(TAG.PhotometricInterpretation, '')], undefined, 'does not take images without photometric interpretation'],
    ['a loop among single frames', 'STD-US-ID-SF-CDR', '6.1', [{ tag: TAG.NumberOfFrames, vr: 'IS', value: '2' }], undefined, 'takes single frames only'],
    ['a loop among loops', 'STD-US-ID-MF-CDR', '6.1', [{ tag: TAG.NumberOfFrames, vr: 'IS', value: '2' }], undefined, undefined],
    ['calibration that is missing', 'STD-US-SC-SF-DVD', '6.1', [], undefined, 'takes images with calibrated regions only'],
    ['calibration that is empty', 'STD-US-CC-SF-DVD', '6.1', [regions([])], undefined, 'takes images with calibrated regions only'],
    ['calibrated regions', 'STD-US-SC-SF-DVD', '6.1', [regions([[us(0x00186012, 1)]])], undefined, undefined],
    ['regions whose pixels mean nothing', 'STD-US-CC-SF-DVD', '6.1', [regions([[us(0x00186012, 1), us(TAG.PixelComponentOrganization, 0)], [us(0x00186012, 1)]])], undefined, 'takes regions with calibrated pixels only'],
    ['regions whose pixels are calibrated', 'STD-US-CC-SF-DVD', '6.1', [regions([[us(TAG.PixelComponentOrganization, 0)]])], undefined, undefined],
  ] as const)('%s: %s', (_, profile, of, elements, transferSyntaxUid, expected) => {
    expect(breach(profile, of, elements, transferSyntaxUid)).toBe(expected);
  });
});
