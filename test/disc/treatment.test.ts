import { describe, expect, it } from 'vitest';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { TRANSFER_SYNTAXES } from '../../dicom/tables/transfer-syntaxes.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import type { ContentOptions } from '../../disc/order/content.ts';
import { judgeProfile } from '../../disc/profile.ts';
import { APPLICATION_PROFILES, profileById } from '../../disc/tables/application-profiles.ts';
import { treatmentOf } from '../../disc/treatment.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const US = '1.2.840.10008.5.1.4.1.1.6.1';
const JPEG_LOSSLESS = '1.2.840.10008.1.2.4.70';
const J2K = '1.2.840.10008.1.2.4.91';
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
const H264 = '1.2.840.10008.1.2.4.102';

const instance = (transferSyntaxUid: string, sopClassUid = CT, over: object = {}): VolumeInstance =>
  ({ instanceId: 1, attributes: { sopClassUid, sopInstanceUid: '2.25.1', rows: 512, columns: 512, numberOfFrames: null, ...over }, file: { transferSyntaxUid } }) as unknown as VolumeInstance;
const everything = (from: string, to: string): 'same' | 'decode' => (from === to ? 'same' : 'decode');
const treat = (syntax: string, content: Partial<ContentOptions> = {}, sopClassUid = CT, route: Parameters<typeof treatmentOf>[2] = everything): ReturnType<typeof treatmentOf> =>
  treatmentOf({ sopClassUid, transferSyntaxUid: syntax }, { ...DEFAULT_CONTENT, ...content }, route);

describe('the treatment of an instance', () => {
  it('makes Explicit VR Little Endian of every still image and document when no profile is asked for', () => {
    for (const { uid, name } of TRANSFER_SYNTAXES) {
      const expected = uid === UID.explicitLittleEndian ? { kind: 'as-stored' } : /MPEG|HEVC/.test(name) ? { kind: 'outside', reason: 'video stays as it was stored' } : { kind: 'convert', to: UID.explicitLittleEndian };
      expect([name, treat(uid)]).toEqual([name, expected]);
    }
  });

  it('keeps what an asked-for profile allows and converts the rest to its first syntax', () => {
    expect(treat(JPEG_LOSSLESS, { profile: 'STD-GEN-DVD-JPEG' })).toEqual({ kind: 'as-stored' });
    expect(treat(J2K, { profile: 'STD-GEN-DVD-JPEG' })).toEqual({ kind: 'convert', to: UID.explicitLittleEndian });
    expect(treat(UID.explicitLittleEndian, { profile: 'STD-XABC-CD' }, '1.2.840.10008.5.1.4.1.1.12.1')).toEqual({ kind: 'convert', to: JPEG_LOSSLESS });
  });

  it('takes the next allowed syntax when the first cannot be reached', () => {
    const toRleOnly = (_from: string, to: string): 'encode' | undefined => (to === UID.rleLossless ? 'encode' : undefined);
    expect(treat(J2K, { profile: 'STD-US-ID-SF-CDR' }, US, toRleOnly)).toEqual({ kind: 'convert', to: UID.rleLossless });
  });

  it('goes from one compression to another through native pixels', () => {
    const real = (from: string, to: string): 'decode' | 'encode' | undefined => (to === UID.explicitLittleEndian ? 'decode' : from === UID.explicitLittleEndian && to === JPEG_LOSSLESS ? 'encode' : undefined);
    const XA = '1.2.840.10008.5.1.4.1.1.12.1';
    expect(treat(J2K, { profile: 'STD-XABC-CD' }, XA, real)).toEqual({ kind: 'convert', to: UID.explicitLittleEndian });
    expect(treat(UID.explicitLittleEndian, { profile: 'STD-XABC-CD' }, XA, real)).toEqual({ kind: 'convert', to: JPEG_LOSSLESS });
    expect(treat(J2K, { profile: 'STD-XABC-CD' }, XA, (_from, to) => (to === UID.explicitLittleEndian ? 'decode' : undefined))).toMatchObject({ kind: 'outside' });
  });

  it.each([
    ['MONOCHROME2', [UID.explicitLittleEndian, UID.rleLossless], UID.explicitLittleEndian],
    ['RGB', [UID.explicitLittleEndian, UID.rleLossless], UID.explicitLittleEndian],
    ['PALETTE COLOR', [UID.explicitLittleEndian, UID.rleLossless], UID.explicitLittleEndian],
    ['YBR_FULL', [UID.rleLossless], UID.rleLossless],
    ['YBR_FULL_422', [UID.explicitLittleEndian, JPEG_BASELINE], UID.explicitLittleEndian],
  ] as const)('chooses for %s ultrasound what goes with it', (photometric, kept, otherwise) => {
    for (const { uid: transferSyntaxUid, name } of TRANSFER_SYNTAXES.filter((one) => !/MPEG|HEVC/.test(one.name))) {
      const isKept = (kept as readonly string[]).includes(transferSyntaxUid);
      expect([name, treatmentOf({ sopClassUid: US, transferSyntaxUid, photometric }, { ...DEFAULT_CONTENT, profile: 'STD-US-ID-SF-DVD' }, everything)]).toEqual([name, isKept ? { kind: 'as-stored' } : { kind: 'convert', to: otherwise }]);
    }
  });

  it('takes a photometric interpretation that the profile does not know for no reason to convert', () => {
    expect(treatmentOf({ sopClassUid: US, transferSyntaxUid: UID.explicitLittleEndian, photometric: 'MONOCHROME1' }, { ...DEFAULT_CONTENT, profile: 'STD-US-ID-SF-CDR' }, everything)).toEqual({ kind: 'as-stored' });
    expect(treatmentOf({ sopClassUid: CT, transferSyntaxUid: JPEG_LOSSLESS, photometric: 'MONOCHROME2' }, { ...DEFAULT_CONTENT, profile: 'STD-CTMR-CD' }, everything)).toEqual({ kind: 'as-stored' });
  });

  it('leaves legal copies alone', () => {
    for (const { uid } of TRANSFER_SYNTAXES) expect(treat(uid, { copyType: 'legal' })).toEqual({ kind: 'as-stored' });
  });

  it('keeps or leaves off what nobody can convert and what the profile does not take, as the order says', () => {
    const nothing = (): undefined => undefined;
    expect(treat(J2K, {}, CT, nothing)).toMatchObject({ kind: 'outside' });
    expect(treat(J2K, { unconvertible: 'leave-off' }, CT, nothing)).toMatchObject({ kind: 'leave-off' });
    expect(treat(UID.explicitLittleEndian, { profile: 'STD-CTMR-CD' }, US)).toEqual({ kind: 'outside', reason: 'STD-CTMR-CD does not take Ultrasound Image Storage' });
    expect(treat(H264, { unconvertible: 'leave-off' })).toMatchObject({ kind: 'leave-off' });
  });
});

describe('the profile of a disc', () => {
  it('is claimed only when every instance obeys it', () => {
    expect(judgeProfile('CD', DEFAULT_CONTENT, [instance(UID.explicitLittleEndian)])).toEqual({ profile: 'STD-GEN-CD', report: [] });
    expect(judgeProfile('CD', DEFAULT_CONTENT, [instance(UID.explicitLittleEndian), instance(JPEG_LOSSLESS)])).toMatchObject({ profile: '', report: [{ kind: 'outside-profile', sopInstanceUid: '2.25.1' }] });
    expect(judgeProfile('DVD', DEFAULT_CONTENT, [instance(JPEG_LOSSLESS)]).profile).toBe('STD-GEN-DVD-JPEG');
  });

  it('is the one asked for where the medium has it', () => {
    const asked = { profile: 'STD-CTMR-CD' };
    expect(judgeProfile('CD', asked, [instance(JPEG_LOSSLESS)]).profile).toBe('STD-CTMR-CD');
    expect(judgeProfile('DVD', asked, [instance(JPEG_LOSSLESS)]).profile).toBe('STD-GEN-DVD-JPEG');
  });

  it('is not claimed against what the heads of instances say', () => {
    expect(judgeProfile('CD', DEFAULT_CONTENT, [instance(UID.explicitLittleEndian)], new Map([[1, 'asks for more']]))).toMatchObject({ profile: '', report: [{ reason: 'STD-GEN-CD asks for more' }] });
  });

  it('stands once in the table, with a known syntax first that others are converted to', () => {
    expect(new Set(APPLICATION_PROFILES.map(({ id }) => id)).size).toBe(APPLICATION_PROFILES.length);
    for (const row of APPLICATION_PROFILES) {
      expect(row.id).toMatch(/^STD-[A-Z0-9-]{1,12}$/);
      expect(profileById(row.id)).toBe(row);
      for (const uid of row.transferSyntaxes) expect(TRANSFER_SYNTAXES.map((syntax) => syntax.uid as string)).toContain(uid);
    }
  });
});
