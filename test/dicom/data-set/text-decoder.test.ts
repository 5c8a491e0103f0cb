import { describe, expect, it } from 'vitest';
import { decoderFor } from '../../../dicom/data-set/text-decoder.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('the text decoder', () => {
  it('reads the Japanese example of PS3.5 H.3.1', () => {
    const decode = decoderFor(['', 'ISO 2022 IR 87']);
    expect(decode(bytes('Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B'), 'PN')).toBe('Yamada^Tarou=山田^太郎=やまだ^たろう');
  });
  it('reads the Japanese example of PS3.5 H.3.2 with katakana as first set', () => {
    const decode = decoderFor(['ISO 2022 IR 13', 'ISO 2022 IR 87']);
    expect(decode(bytes('\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J'), 'PN')).toBe('ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう');
  });
  it('reads JIS X 0212 pairs', () => {
    expect(decoderFor(['', 'ISO 2022 IR 159'])(bytes('a\x1b$(D\x30\x21\x1b(Bb'), 'LO')).toBe('a丂b');
  });
  it('reads the Korean example of PS3.5 I.2', () => {
    const decode = decoderFor(['', 'ISO 2022 IR 149']);
    expect(decode(bytes('Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf'), 'PN')).toBe('Hong^Gildong=洪^吉洞=홍^길동');
  });
  it('reads the Chinese examples of PS3.5 J.3, K.2 and K.3', () => {
    expect(decoderFor(['GB18030'])(bytes('Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab='), 'PN')).toBe('Wang^XiaoDong=王^小东=');
    expect(decoderFor(['', 'ISO 2022 IR 58'])(bytes('Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab='), 'PN')).toBe('Zhang^XiaoDong=张^小东=');
    expect(decoderFor(['ISO_IR 192'])(Buffer.from('Wang^XiaoDong=王^小東='), 'PN')).toBe('Wang^XiaoDong=王^小東=');
  });
  it('resets code extensions at name delimiters to the first set', () => {
    const decode = decoderFor(['ISO 2022 IR 100', 'ISO 2022 IR 144']);
    expect(decode(bytes('\x1b-L\xbb\xee^\xe9'), 'PN')).toBe('Лю^é');
    expect(decode(bytes('\x1b-L\xbb\\\xe9'), 'LO')).toBe('Л\\é');
    expect(decode(bytes('\x1b-L\xbb\\\xee'), 'LT')).toBe('Л\\ю');
  });
  it('does not take a trail byte for a separator', () => {
    // 0x5c is the second byte of these characters in GBK and in the pair of JIS X 0208.
    expect(decoderFor(['GBK'])(Buffer.of(0x81, 0x5c), 'LO')).not.toContain('\\');
    expect(decoderFor(['', 'ISO 2022 IR 87'])(bytes('\x1b$B%\\\x1b(B'), 'LO')).toBe('ボ');
  });
  it('reads ISO_IR 100 as Latin-1 and never as windows-1252', () => {
    expect(decoderFor(['ISO_IR 100'])(Buffer.of(0xe9, 0x93), 'LO')).toBe('é\u0093');
  });
  it('reads all single-byte sets', () => {
    const samples: readonly (readonly [string, number, string])[] = [
      ['ISO_IR 101', 0xb1, 'ą'], ['ISO_IR 109', 0xa9, 'İ'], ['ISO_IR 110', 0xe0, 'ā'], ['ISO_IR 126', 0xe1, 'α'], ['ISO_IR 127', 0xc8, 'ب'],
      ['ISO_IR 138', 0xe9, 'י'], ['ISO_IR 144', 0xbb, 'Л'], ['ISO_IR 148', 0xdd, 'İ'], ['ISO_IR 166', 0xa1, 'ก'], ['ISO_IR 203', 0xa4, '€'], ['ISO_IR 13', 0xd4, 'ﾔ'],
    ];
    for (const [term, byte, letter] of samples) expect(decoderFor([term])(Buffer.of(byte), 'LO')).toBe(letter);
  });
  it('takes terms that senders misspell, and flags unknown ones', () => {
    expect(decoderFor(['ISO-IR 144'])(Buffer.of(0xbb), 'LO')).toBe('Л');
    expect(decoderFor(['UTF-8'])(Buffer.from('é'), 'LO')).toBe('é');
    expect(decoderFor(['ISO_IR 192']).hasUnknownTerms).toBe(false);
    const unknown = decoderFor(['KLINGON']);
    expect([unknown.hasUnknownTerms, unknown(Buffer.of(0xe9), 'LO')]).toEqual([true, 'é']);
  });
  it('leaves VRs of the default repertoire alone, and drops a stray ESC only', () => {
    expect(decoderFor(['ISO_IR 192'])(Buffer.from('é'), 'CS')).toBe('Ã©');
    expect(decoderFor([])(bytes('B\x1bC'), 'PN')).toBe('BC');
  });
});
