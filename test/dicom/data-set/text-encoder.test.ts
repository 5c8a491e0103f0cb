import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { decoderFor } from '../../../dicom/data-set/text-decoder.ts';
import { encoderFor } from '../../../dicom/data-set/text-encoder.ts';
import { needs, pythonWith } from '../../fixtures/peers.ts';

interface Sample { readonly name: string; readonly characterSet: string; readonly text: string; readonly bytes?: string }

const SAMPLES: readonly Sample[] = [
  { name: 'Latin 1', characterSet: 'ISO_IR 100', text: 'Äneas^Rüdiger', bytes: 'c46e6561735e52fc6469676572' },
  { name: 'Latin 2', characterSet: 'ISO_IR 101', text: 'Wałęsa^Łukasz' },
  { name: 'Greek', characterSet: 'ISO_IR 126', text: 'Διονυσιος', bytes: 'c4e9efedf5f3e9eff2' },
  { name: 'Cyrillic', characterSet: 'ISO_IR 144', text: 'Люксембург', bytes: 'bbeedae1d5dcd1e3e0d3' },
  { name: 'Arabic', characterSet: 'ISO_IR 127', text: 'قباني^لنزار', bytes: 'e2c8c7e6ea5ee4e6d2c7d1' },
  { name: 'Hebrew', characterSet: 'ISO_IR 138', text: 'שרון^דבורה', bytes: 'f9f8e5ef5ee3e1e5f8e4' },
  { name: 'Thai', characterSet: 'ISO_IR 166', text: 'นามสกุล' },
  { name: 'UTF-8', characterSet: 'ISO_IR 192', text: 'Wang^XiaoDong=王^小东' },
  { name: 'GB 18030', characterSet: 'GB18030', text: 'Wang^XiaoDong=王^小东', bytes: '57616e675e5869616f446f6e673dcdf55ed0a1b6ab' },
  { name: 'kanji by code extension', characterSet: '\\ISO 2022 IR 87', text: 'Yamada^Tarou=山田^太郎=やまだ^たろう', bytes: '59616d6164615e5461726f753d1b24423b3345441b28425e1b244242404f3a1b28423d1b24422464245e24401b28425e1b2442243f246d24261b2842' },
  { name: 'half-width katakana with kanji', characterSet: 'ISO 2022 IR 13\\ISO 2022 IR 87', text: 'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう', bytes: 'd4cfc0de5ec0dbb33d1b24423b3345441b284a5e1b244242404f3a1b284a3d1b24422464245e24401b284a5e1b2442243f246d24261b284a' },
  { name: 'Korean by code extension', characterSet: '\\ISO 2022 IR 149', text: 'Hong^Gildong=洪^吉洞=홍^길동', bytes: '486f6e675e47696c646f6e673d1b242943fbf35e1b242943d1ced4d73d1b242943c8ab5e1b242943b1e6b5bf' },
  { name: 'Chinese by code extension', characterSet: '\\ISO 2022 IR 58', text: 'Zhang^XiaoDong=张^小东=', bytes: '5a68616e675e5869616f446f6e673d1b242941d5c55e1b242941d0a1b6ab3d' },
  { name: 'Latin 1 with Greek', characterSet: 'ISO 2022 IR 100\\ISO 2022 IR 126', text: 'Bäcker^Γ' },
];

describe('text encoder', () => {
  it.each(SAMPLES)('writes $name so that the decoder reads it back', ({ characterSet, text }) => {
    const terms = characterSet.split('\\');
    expect(decoderFor(terms)(encoderFor(terms)?.(text, 'PN') ?? Buffer.alloc(0), 'PN')).toBe(text);
  });

  it.each(SAMPLES.filter(({ bytes }) => bytes !== undefined))('writes the bytes of the Standard for $name', ({ characterSet, text, bytes }) => {
    expect(encoderFor(characterSet.split('\\'))?.(text, 'PN')?.toString('hex')).toBe(bytes);
  });

  it('writes what pydicom reads', ({ skip }) => {
    if (!needs('pydicom')) skip();
    // pydicom leaves the escapes of IR 58 in the text.
    const readable = SAMPLES.filter(({ characterSet }) => !characterSet.includes('58'));
    const encoded = readable.map(({ characterSet, text }) => [characterSet, encoderFor(characterSet.split('\\'))?.(text, 'PN')?.toString('hex') ?? '']);
    const script = `
import json, sys
from pydicom.charset import convert_encodings
from pydicom.valuerep import PersonName
read = []
for terms, value in json.load(sys.stdin):
    terms = terms.split('\\\\')
    read.append(str(PersonName(bytes.fromhex(value), convert_encodings(terms if len(terms) > 1 else terms[0]))))
print(json.dumps(read))
`;
    const read = JSON.parse(execFileSync(pythonWith('pydicom') ?? '', ['-c', script], { input: JSON.stringify(encoded), encoding: 'utf8', timeout: 30_000 })) as string[];
    expect(read).toEqual(readable.map(({ text }) => text));
  });

  it('refuses what a set cannot say, and unknown terms', () => {
    expect(encoderFor(['ISO_IR 100'])?.('Łukasz', 'PN')).toBeUndefined();
    expect(encoderFor([])?.('Müller', 'PN')).toBeUndefined();
    expect(encoderFor(['ISO_IR 192'])?.('Ü', 'CS')).toBeUndefined();
    expect(encoderFor(['', 'ISO 2022 IR 87'])?.('한', 'PN')).toBeUndefined();
    expect(encoderFor(['ISO_IR 4711'])).toBeUndefined();
    expect(encoderFor([])?.('MULLER', 'PN')?.toString()).toBe('MULLER');
  });
});
