import { describe, expect, it } from 'vitest';
import { createRetrievedArrivals } from '../../dicom/retrieved-arrivals.ts';

const setUp = (expecting: readonly { readonly remoteAe: string; readonly isOpen: boolean }[]) => {
  let clock = 0;
  const asked = { openAes: 0, expecting: 0 };
  let aes = new Set(expecting.filter(({ isOpen }) => isOpen).map(({ remoteAe }) => remoteAe));
  const isRetrieved = createRetrievedArrivals({
    aeTitle: 'SPINDLE', now: () => clock,
    retrievals: {
      openAes: () => { asked.openAes += 1; return Promise.resolve(aes); },
      expecting: (study) => { asked.expecting += 1; return Promise.resolve(study === '2.25.1' ? expecting : []); },
    },
  });
  return { isRetrieved, asked, pass: (ms: number) => { clock += ms; }, setAes: (...titles: readonly string[]) => { aes = new Set(titles); } };
};
const from = (callingAe: string, moveOriginatorAe?: string, studyInstanceUid = '2.25.1') => ({ callingAe, moveOriginatorAe, studyInstanceUid });

describe('an instance that arrives', () => {
  it('is retrieved when it names us as originator and its study is being retrieved', async () => {
    const { isRetrieved } = setUp([{ remoteAe: 'PACS', isOpen: true }]);
    expect([await isRetrieved(from('PACS-STORE', 'SPINDLE')), await isRetrieved(from('PACS', 'SPINDLE', '2.25.2')), await isRetrieved(from('PACS', 'OTHER'))]).toEqual([true, false, false]);
  });

  it('is retrieved when it names us and its retrieval ended a moment ago', async () => {
    const { isRetrieved } = setUp([{ remoteAe: 'PACS', isOpen: false }]);
    expect([await isRetrieved(from('PACS', 'SPINDLE')), await isRetrieved(from('PACS'))]).toEqual([true, false]);
  });

  it('is retrieved without an originator when the AE we retrieve this study from sends it', async () => {
    const { isRetrieved } = setUp([{ remoteAe: 'PACS', isOpen: true }]);
    expect([await isRetrieved(from('PACS')), await isRetrieved(from('CT1')), await isRetrieved(from('PACS', undefined, '2.25.2'))]).toEqual([true, false, false]);
  });

  it('costs one query for many instances that are pushed', async () => {
    const { isRetrieved, asked, pass, setAes } = setUp([{ remoteAe: 'PACS', isOpen: true }]);
    setAes();
    await Promise.all(Array.from({ length: 50 }, () => isRetrieved(from('CT1'))));
    expect(asked).toEqual({ openAes: 1, expecting: 0 });
    pass(300);
    setAes('PACS');
    expect(await isRetrieved(from('PACS'))).toBe(true);
  });
});
