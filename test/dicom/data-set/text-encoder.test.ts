import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { decoderFor } from '../../../dicom/data-set/text-decoder.ts';
import { encoderFor } from '../../../dicom/data-set/text-encoder.ts';
import { needs, pythonWith } from '../../fixtures/peers.ts';

const SAMPLES: readonly (readonly [name: string, characterSet: string, text: string, bytes?: string])[] = [
  ['Latin 1', 'ISO_IR 100', 'Äneas^Rüdiger', 'c46e6561735e52fc6469676572'],
  ['Latin 2', 'ISO_IR 101', 'Wałęsa^Łukasz'],
  ['Greek', 'ISO_IR 126', 'Διονυσιος', 'c4e9efedf5f3e9eff2'],
  ['Cyrillic', 'ISO_IR 144', 'Люксембург', 'bbeedae1d5dcd1e3e0d3'],
  ['Arabic', 'ISO_IR 127', 'قباني^لنزار', 'e2c8c7e6ea5ee4e6d2c7d1'],
  ['Hebrew', 'ISO_IR 138', 'שרון^דבורה', 'f9f8e5ef5ee3e1e5f8e4'],
  ['Thai', 'ISO_IR 166', 'นามสกุล'],
  ['UTF-8', 'ISO_IR 192', 'Wang^XiaoDong=王^小东'],
  ['GB 18030', 'GB18030', 'Wang^XiaoDong=王^小东', '57616e675e5869616f446f6e673dcdf55ed0a1b6ab'],
  ['kanji by code extension', '\\ISO 2022 IR 87', 'Yamada^Tarou=山田^太郎=やまだ^たろう', '59616d6164615e5461726f753d1b2442 3b33 4544 1b2842 5e 1b2442 4240 4f3a 1b2842 3d 1b2442 2464 245e 2440 1b2842 5e 1b2442 243f 246d 2426 1b2842'.replaceAll(' ', '')],
  ['half-width katakana with kanji', 'ISO 2022 IR 13\\ISO 2022 IR 87', 'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう', 'd4cfc0de5ec0dbb33d1b2442 3b33 4544 1b284a 5e 1b2442 4240 4f3a 1b284a 3d 1b2442 2464 245e 2440 1b284a 5e 1b2442 243f 246d 2426 1b284a'.replaceAll(' ', '')],
  ['Korean by code extension', '\\ISO 2022 IR 149', 'Hong^Gildong=洪^吉洞=홍^길동', '486f6e675e47696c646f6e673d1b242943fbf35e1b242943d1ced4d73d1b242943c8ab5e1b242943b1e6b5bf'],
  ['Chinese by code extension', '\\ISO 2022 IR 58', 'Zhang^XiaoDong=张^小东=', '5a68616e675e5869616f446f6e673d1b242941d5c55e1b242941d0a1b6ab3d'],
  ['Latin 1 with Greek', 'ISO 2022 IR 100\\ISO 2022 IR 126', 'Bäcker^Γ'],
];

describe('text encoder', () => {
  it.each(SAMPLES)('writes %s so that the decoder reads it back', (_name, characterSet, text) => {
    const terms = characterSet.split('\\');
    expect(decoderFor(terms)(encoderFor(terms)?.(text, 'PN') ?? Buffer.alloc(0), 'PN')).toBe(text);
  });

  it.each(SAMPLES.filter(([, , , bytes]) => bytes !== undefined))('writes the bytes of the Standard for %s', (_name, characterSet, text, bytes) => {
    expect(encoderFor(characterSet.split('\\'))?.(text, 'PN')?.toString('hex')).toBe(bytes);
  });

  it('writes what pydicom reads', ({ skip }) => {
    if (!needs('pydicom')) skip();
    // pydicom leaves the escapes of IR 58 in the text.
    const readable = SAMPLES.filter(([, characterSet]) => !characterSet.includes('58'));
    const encoded = readable.map(([, characterSet, text]) => [characterSet, encoderFor(characterSet.split('\\'))?.(text, 'PN')?.toString('hex') ?? '']);
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
    expect(read).toEqual(readable.map(([, , text]) => text));
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
