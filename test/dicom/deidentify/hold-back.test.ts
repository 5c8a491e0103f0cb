import { describe, expect, it } from 'vitest';
import { holdFacts, HOLD_REASONS, REASON_OF_ATTACHMENTS, reasonsToHold } from '../../../dicom/deidentify/hold-back.ts';
import type { HoldFacts } from '../../../dicom/deidentify/hold-back.ts';
import { readElements } from '../../../dicom/data-set/read-elements.ts';
import { SOP_CLASSES } from '../../../dicom/tables/sop-classes.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import type { InstanceOverrides } from '../../fixtures/make-instance.ts';

const factsOf = (overrides: InstanceOverrides = {}): HoldFacts => {
  const made = makeInstance(overrides);
  return holdFacts(readElements(made.dataSet, made.transferSyntaxUid));
};
const reasons = (overrides: InstanceOverrides = {}): readonly string[] => reasonsToHold(factsOf(overrides));
const burned = (value: string): InstanceOverrides => ({ elements: [{ tag: TAG.BurnedInAnnotation, vr: 'CS', value }] });
const uidOfName = (name: string): string => SOP_CLASSES.find((row) => row.name.includes(name))?.uid ?? '';

describe('what a person must release', () => {
  it('is no image that says it has nothing burned in', () => {
    expect(reasons(burned('NO'))).toEqual([]);
  });

  it('is every image that does not say so, with how likely it is', () => {
    expect(reasons()).toEqual(['burned-in-unknown']);
    expect(reasons(burned(''))).toEqual(['burned-in-unknown']);
    expect(reasons(burned('YES'))).toEqual(['burned-in']);
    expect(reasons({ kind: 'us-colour' })).toEqual(['burned-in-likely']);
    expect(reasons({ elements: [{ tag: TAG.Modality, vr: 'CS', value: 'XA' }] })).toEqual(['burned-in-likely']);
  });

  it('is every document, report, capture, video, presentation state and unknown object, whatever it says', () => {
    expect(reasons({ kind: 'pdf' })).toEqual(['document']);
    expect(reasons({ kind: 'sr' })).toEqual(['report']);
    expect(reasons({ ...burned('NO'), sopClassUid: uidOfName('Secondary Capture') })).toEqual(['secondary-capture']);
    expect(reasons({ ...burned('NO'), sopClassUid: uidOfName('Video Endoscopic') })).toEqual(['video']);
    expect(reasons({ sopClassUid: uidOfName('Grayscale Softcopy Presentation') })).toEqual(['graphics']);
    expect(reasons({ sopClassUid: '1.2.3.4' })).toEqual(['unsearchable']);
    expect(reasons({ sopClassUid: uidOfName('Raw Data') })).toEqual(['unsearchable']);
    expect(REASON_OF_ATTACHMENTS).toBe('attachment');
  });

  it('is what shows the face or hides an overlay in its pixels', () => {
    const no = { tag: TAG.BurnedInAnnotation, vr: 'CS', value: 'NO' };
    expect(reasons({ elements: [no, { tag: TAG.RecognizableVisualFeatures, vr: 'CS', value: 'YES' }] })).toEqual(['recognizable-features']);
    expect(reasons({ elements: [no, { tag: 0x60020102, vr: 'US', value: 12 }] })).toEqual(['overlay-in-pixels']);
    expect(reasons({ elements: [no, { tag: 0x60020102, vr: 'US', value: 0 }, { tag: 0x60023000, vr: 'OW', value: Buffer.alloc(8) }] })).toEqual([]);
  });

  it('has nothing to release in a structure set, and a sentence for every reason', () => {
    expect(reasons({ kind: 'rt-structure-set' })).toEqual([]);
    expect(Object.values(HOLD_REASONS).filter((sentence) => !sentence.endsWith('.'))).toEqual([]);
  });
});
